// Show a state of a list that no file holds: what is chosen, what it leaves, what each value would leave.
import { element, fill, pager, plural } from "./elements.js";
import { list } from "./listed.js";
import { linkThing, nameThing, namesIn } from "./names.js";
import { find } from "./search.js";

const PAGE = 50;
const FEW = 10;
const MOST = 100;

export function showList(data, words, parameters) {
  const kind = data.kinds[words.list];
  const reader = data.languages.indexOf(document.documentElement.lang);
  const names = kind.facets.map((facet) => facet.name);
  const given = Object.fromEntries(names.map((name) => [name, parameters.getAll(name).filter(Boolean)]));
  const unknown = kind.facets.flatMap((facet) => given[facet.name].filter((value) => !isKnown(data, facet, value)).map((value) => [facet.name, value]))[0];
  if (unknown) { // the page stays that of the whole list
    const [name, value] = unknown;
    const told = `${fill(words.unknown, { name, value: value.slice(0, 40) })} ${words.whole}`;
    document.querySelector(".found").prepend(element("p", { className: "partly", attributes: { role: "alert" }, textContent: told }));
    return;
  }
  const state = { values: { ...given, ...words.fixed }, order: parameters.get("tri") ?? "" };
  const text = (parameters.get("q") ?? "").trim();
  const found = text ? find(text, data, document.documentElement.lang).filter(([of]) => of === kind.thing).map(([, key]) => key) : null;
  const { things, counts } = list(kind, state, found);
  const last = Math.max(1, Math.ceil(things.length / PAGE));
  const number = Math.min(last, Math.max(1, Number(parameters.get("page")) || 1));
  const nameOf = (facet, value) =>
    data.names[facet.things]?.[value]?.[reader] ?? data.own[facet.name]?.values[value]?.[reader] ?? words.values[facet.name]?.[value] ?? value;

  function address(change) {
    const next = new URLSearchParams(parameters);
    next.delete("page");
    change(next);
    const search = next.toString();
    return search ? `?${search}` : location.pathname.split("/").at(-1) || "./";
  }
  const toggled = (name, value) => address((next) => {
    const kept = next.getAll(name);
    next.delete(name);
    for (const other of kept) if (other !== value) next.append(name, other);
    if (!kept.includes(value)) next.append(name, value);
  });

  document.querySelector("main ul.chips")?.remove();
  document.querySelector("form.search [name=q]").value = text;
  for (const hidden of document.querySelectorAll("form.search input[type=hidden]:not([name=lang])")) hidden.remove();
  for (const [name, values] of Object.entries(given))
    for (const value of values) document.querySelector("form.search").append(element("input", { type: "hidden", name, value }));
  document.querySelector("form.search").after(chips());
  const show = document.querySelector(".found");
  show.querySelector(".total strong").textContent = things.length.toLocaleString(document.documentElement.lang);
  show.querySelector(".counted").textContent = plural(words.count, things.length);
  showYears();
  for (const old of show.querySelectorAll(".orders, .entries, table.things, nav.pages, .take, .over ~ p")) old.remove();
  const shown = things.slice(PAGE * (number - 1), PAGE * number);
  const languages = new Set(shown.map((thing) => nameOfThing(kind.things[thing]).language));
  for (const language of languages) if (words.tongues[language]) show.append(namesIn(words, language));
  if (shown.length) show.append(element("ul", { className: "entries" }, ...shown.map(row)));
  else show.append(element("p", { textContent: words.nothing }));
  if (last > 1) show.append(pager(words, number, last, (to) => address((next) => next.set("page", to))));
  for (const facet of kind.facets) showFacet(facet);

  function showYears() {
    const chosen = given.annee ?? [];
    const told = show.querySelector(".of-years");
    show.querySelector(".other-years")?.remove();
    if (!told || !words.years) return;
    const narrowed = kind.byEntry && names.some((name) => given[name].length);
    const or = new Intl.ListFormat(document.documentElement.lang, { type: "disjunction" });
    told.textContent = chosen.length ? fill(words.years.chosen, { years: or.format([...chosen].sort()) }) : narrowed ? words.years.narrowed : words.years.all;
    const newest = words.years.newest;
    const number = counts.annee.get(newest) ?? 0;
    const text = chosen.length ? words.years.every : fill(words.years.ofNewest, { n: number.toLocaleString(document.documentElement.lang) });
    const href = chosen.length ? address((next) => next.delete("annee")) : toggled("annee", newest);
    if (chosen.length || number) told.parentElement.after(element("p", { className: "other-years" }, element("a", { href, rel: "nofollow", textContent: text })));
  }

  function chips() {
    const chosen = kind.facets.flatMap((facet) => given[facet.name].map((value) => [words.facets[facet.name] ?? facet.name, nameOf(facet, value), toggled(facet.name, value)]));
    if (text) chosen.push([words.words, text, address((next) => next.delete("q"))]);
    const clear = element("a", { className: "clear", href: location.pathname, textContent: words.clear });
    return element("ul", { className: "chips", attributes: { "aria-label": words.chosen } },
      ...chosen.map(([of, name, href]) => element("li", {}, element("a", { href, rel: "nofollow" },
        element("span", { className: "aside", textContent: of }), ` ${name} `,
        element("span", { attributes: { "aria-hidden": "true" }, textContent: "×" }), element("span", { className: "unseen", textContent: ` ${words.remove}` })))),
      element("li", {}, clear));
  }

  function showFacet(facet) {
    const section = document.getElementById(`facet-${facet.name.replace(".", "_")}`)?.parentElement;
    if (!section || words.fixed[facet.name]) return;
    const counted = counts[facet.name];
    for (const value of given[facet.name]) if (!counted.has(value)) counted.set(value, 0);
    const sorted = [...counted.keys()].sort((a, b) => {
      if (facet.name === "annee") return Number(b) - Number(a);
      if (facet.values.length) return facet.values.indexOf(a) - facet.values.indexOf(b);
      return counted.get(b) - counted.get(a) || (a < b ? -1 : 1);
    }).slice(0, MOST);
    const parts = data.parts[facet.things] ?? {};
    const ordered = sorted.filter((value) => !sorted.includes(parts[value]))
      .flatMap((value) => [value, ...sorted.filter((part) => parts[part] === value)]);
    const items = ordered.map((value) => {
      const link = element("a", { rel: "nofollow", href: toggled(facet.name, value) }, element("span", { textContent: nameOf(facet, value) }), " ",
        element("span", { className: "number", textContent: counted.get(value).toLocaleString(document.documentElement.lang) }));
      if (sorted.includes(parts[value])) link.className = "part";
      if (given[facet.name].includes(value)) link.setAttribute("aria-current", "true");
      return element("li", {}, link);
    });
    for (const old of section.querySelectorAll("ul, details")) old.remove();
    section.hidden = !items.length;
    section.append(element("ul", {}, ...items.slice(0, FEW)));
    if (items.length > FEW)
      section.append(element("details", {}, element("summary", { textContent: fill(words.more, { n: items.length - FEW }) }), element("ul", {}, ...items.slice(FEW))));
  }

  function nameOfThing(key) {
    const own = data.names[kind.thing] ? "" : data.search.things.find(([of, other]) => of === kind.thing && other === key)?.[3];
    return nameThing(data, kind.thing, key, own);
  }

  function row(thing) {
    const key = kind.things[thing];
    const link = new URL(`doc/${kind.thing}/${key}${words.ending}`, new URL(words.root, document.baseURI)).href;
    const own = kind.rows.filter((one) => one.thing === thing).sort((a, b) => a.year - b.year);
    const years = state.values.annee?.map(Number) ?? [];
    const entry = own.filter((one) => !years.length || years.includes(one.year)).at(-1) ?? own.at(-1);
    const plain = kind.facets.filter((facet) => facet.relation < 0);
    const said = plain.flatMap((facet, place) => (facet.things && facet.name !== "genre" ? entry.values[place].slice(0, 1).map((value) => nameOf(facet, value)) : []));
    return element("li", {}, element("h2", {}, linkThing(link, nameOfThing(key))),
      element("p", { className: "of", textContent: said.join(" · ") }),
      kind.byEntry ? element("p", { className: "of", textContent: own.map((one) => one.year).join(", ") }) : null);
  }
}

/** Return whether a facet has a value in any state of its list, as server/lists/known_values.py does. */
function isKnown(data, facet, value) {
  if (facet.name === "annee") return data.years.some((year) => String(year) === value);
  if (facet.values.length) return facet.values.includes(value);
  return Object.hasOwn(facet.things ? data.names[facet.things] : data.own[facet.name].values, value);
}
