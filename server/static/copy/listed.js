// Narrow, count and order a list, as server/lists/listed.py does.

/** Return what a list holds: the places of its things in order, and how many each value would leave. */
export function list(kind, state, foundKeys) {
  const facets = kind.facets;
  const plain = facets.filter((facet) => facet.relation < 0);
  const within = (facet) => facets.filter((other) => other.relation === facet.relation).indexOf(facet);
  const found = foundKeys && new Map(foundKeys.map((key, rank) => [key, rank]));
  const chosen = (name) => state.values[name] ?? [];
  const years = chosen("annee").map(Number);

  /** Return whether a row has one of the chosen values of each facet but one. */
  function fits(row, but) {
    if (found && !found.has(kind.things[row.thing])) return false;
    if (kind.byEntry && !row.last && !years.length && but !== "annee") return false;
    if (!plain.every((facet, place) => facet.name === but || hits(row.values[place], chosen(facet.name)))) return false;
    return row.related.every((_, relation) => related(row, relation, but).length > 0 || !narrowed(relation, but));
  }
  const narrowed = (relation, but) => facets.some((facet) => facet.relation === relation && facet.name !== but && chosen(facet.name).length);
  function related(row, relation, but) {
    const own = facets.filter((facet) => facet.relation === relation);
    return row.related[relation].filter((values) => own.every((facet, place) => facet.name === but || hits(values[place], chosen(facet.name))));
  }

  const things = new Set(kind.rows.filter((row) => fits(row, null)).map((row) => row.thing));
  const counts = {};
  for (const facet of facets) {
    const byValue = new Map();
    for (const row of kind.rows) {
      if (!fits(row, facet.name)) continue;
      const place = facet.relation < 0 ? plain.indexOf(facet) : within(facet);
      const values = facet.relation < 0 ? row.values[place] : related(row, facet.relation, facet.name).flatMap((own) => own[place]);
      for (const value of values) {
        if (!byValue.has(value)) byValue.set(value, new Set());
        byValue.get(value).add(row.thing);
      }
    }
    counts[facet.name] = new Map([...byValue].map(([value, holders]) => [value, holders.size]));
  }
  return { things: order(kind, state, found).filter((thing) => things.has(thing)), counts };
}

function hits(values, chosen) {
  return !chosen.length || values.some((value) => chosen.includes(value));
}

function order(kind, state, found) {
  const [usual] = Object.keys(kind.orders);
  const places = kind.orders[kind.orders[state.order] ? state.order : usual];
  if (!found || kind.orders[state.order]) return places;
  const rank = (thing) => found.get(kind.things[thing]) ?? Infinity;
  return [...places].sort((a, b) => rank(a) - rank(b) || 0);
}
