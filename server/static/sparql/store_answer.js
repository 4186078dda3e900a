// Show an answer of the store in this browser as the page of a server shows it.
import { fill, words } from "./words.js";

const MOST_ROWS = 500;
const MOST_GRAPH = 200_000; // characters
const NUMBER = /#(integer|decimal|double|float|int|long|short|byte|(non)?(Positive|Negative)Integer|(positive|negative)Integer|unsigned\w+)$/;
const NAMES = "http://www.w3.org/2004/02/skos/core#prefLabel http://www.w3.org/2000/01/rdf-schema#label".split(" ");

export function showTruth(truth, raw) {
  const shown = element("p", { className: "truth", textContent: truth ? words.yes : words.no });
  return [frame([shown], "", [file(raw, "json", "application/sparql-results+json", true)])];
}

export function showGraph(graph) {
  const cut = graph.length > MOST_GRAPH;
  const shown = element("pre", { className: "graph", tabIndex: 0 });
  shown.append(element("code", { textContent: cut ? graph.slice(0, graph.lastIndexOf("\n", MOST_GRAPH)) : graph }));
  return [frame([shown], "", [file(graph, "ttl", "text/turtle")])];
}

/** Show rows, with the names that `ask` finds for their IRIs. */
export async function showRows(result, raw, ask) {
  const head = result.head.vars;
  const rows = result.results.bindings;
  const shown = rows.slice(0, MOST_ROWS);
  const files = [
    file(raw, "json", "application/sparql-results+json", true),
    file(writeCsv(head, rows), "csv", "text/csv"),
  ];
  const count = fill(words.rowsFound, { number: rows.length.toLocaleString(document.documentElement.lang) });
  if (!rows.length) return [frame([element("p", { className: "nothing", textContent: words.noRows })], count, files)];
  const names = await findNames(shown, ask);
  const table = element("table");
  const titles = element("tr");
  titles.append(...head.map((name) => element("th", { scope: "col", textContent: name })));
  table.createTHead().append(titles);
  const body = table.createTBody();
  for (const row of shown) {
    const line = body.insertRow();
    for (const name of head) line.append(cell(row[name], names));
  }
  const scroll = element("div", { className: "scroll", tabIndex: 0 });
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-labelledby", "titre-reponse");
  scroll.append(table);
  const partly = fill(words.shownFirst, { shown: MOST_ROWS });
  const cut = rows.length > MOST_ROWS ? [element("p", { className: "partly", textContent: partly })] : [];
  return [frame([...cut, scroll], count, files)];
}

function frame(content, count, files) {
  const section = element("section", { className: "answer" });
  const over = element("div", { className: "over" });
  over.append(element("h2", { id: "titre-reponse", tabIndex: -1, textContent: words.answer }));
  if (count) over.append(element("p", { className: "count", id: "nombre", textContent: count }));
  const formats = element("p", { className: "formats" });
  formats.append(element("span", { textContent: words.downloadAs }));
  for (const link of files) formats.append(" ", link);
  section.append(over, formats, ...content);
  return section;
}

function file(text, suffix, type, isRaw = false) {
  const link = element("a", { textContent: words[suffix], download: `${words.fileName}.${suffix}` });
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.raw = text;
  if (isRaw) link.dataset.raw = "";
  return link;
}

/** Return the best name of each IRI of some rows: in the reader's language, else in any. */
async function findNames(rows, ask) {
  const terms = rows.flatMap((row) => Object.values(row)).filter((term) => term.type === "uri");
  const iris = [...new Set(terms.map((term) => term.value))].filter((iri) => !/[\s<>"{}|\\^`]/.test(iri));
  const names = new Map();
  if (!iris.length) return names;
  const listed = iris.map((iri) => `<${iri}>`).join(" ");
  const found = await ask(`SELECT ?iri ?name ?by { VALUES ?iri { ${listed} } VALUES ?by { <${NAMES.join("> <")}> } ?iri ?by ?name }`);
  const lang = document.documentElement.lang;
  const rank = ({ name, by }) => 2 * ((name["xml:lang"] ?? "").split("-")[0] !== lang) + NAMES.indexOf(by.value);
  for (const row of found.results.bindings) {
    const before = names.get(row.iri.value);
    if (!before || rank(row) < rank(before)) names.set(row.iri.value, row);
  }
  return names;
}

function cell(term, names) {
  const place = element("td");
  if (!term) place.append(element("span", { className: "aside", textContent: "—" }));
  else if (term.type === "uri") place.append(resource(term.value, names.get(term.value)?.name));
  else if (term.type === "literal") place.append(...literal(term, place));
  else place.append(element("bdi", { className: "literal", textContent: term.type === "bnode" ? `_:${term.value}` : JSON.stringify(term.value) }));
  return place;
}

function literal(term, place) {
  const isNumber = NUMBER.test(term.datatype ?? "");
  if (isNumber) place.className = "number";
  const text = element("bdi", { className: "literal", textContent: term.value, lang: term["xml:lang"] ?? "" });
  if (!term["xml:lang"]) text.removeAttribute("lang");
  const type = isNumber ? "" : (term.datatype ?? "").replace(/^.*#/, "");
  const aside = term["xml:lang"] && term["xml:lang"] !== document.documentElement.lang ? term["xml:lang"] : type;
  return aside ? [text, " ", element("span", { className: "aside", textContent: aside })] : [text];
}

function resource(iri, name) {
  const own = iri.startsWith(words.base);
  const written = `<${own && iri.length > words.base.length ? iri.slice(words.base.length) : iri}>`;
  const text = element("bdi", { textContent: name?.value.trim() || written.slice(1, -1) });
  if (name?.["xml:lang"]) text.lang = name["xml:lang"];
  const link = element("a", { title: iri });
  link.dataset.iri = written;
  link.append(text);
  if (own) link.href = new URL(pageOf(iri.slice(words.base.length)), new URL(words.root, document.baseURI)).href;
  else if (/^https?:/.test(iri)) Object.assign(link, { href: iri, className: "external", rel: "external noreferrer" });
  return link;
}

/** Return the file of the page about a path of the site. */
function pageOf(path) {
  const [bare, fragment] = path.replace(/^id\//, "doc/").split("#");
  if (/^(dumps|static)\/.*[^/]$/.test(bare)) return bare;
  const page = !bare || bare.endsWith("/") ? `${bare}index` : bare;
  return `${page}${words.ending}${fragment ? `#${fragment}` : ""}`;
}

/** Write rows as SPARQL 1.1 writes them in CSV; a text that a sheet would run begins with «'». */
function writeCsv(head, rows) {
  const quote = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const safe = (term) => {
    const text = term?.type === "bnode" ? `_:${term.value}` : String(term?.value ?? "");
    return !NUMBER.test(term?.datatype ?? "") && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  };
  const lines = [head, ...rows.map((row) => head.map((name) => safe(row[name])))];
  return `${lines.map((line) => line.map(quote).join(",")).join("\r\n")}\r\n`;
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}
