// Complete the prefixes, classes, properties and named graphs of this endpoint.
import { words } from "./words.js";

const KEYWORDS =
  "SELECT DISTINCT WHERE CONSTRUCT DESCRIBE ASK FROM NAMED GRAPH OPTIONAL UNION MINUS FILTER BIND VALUES EXISTS GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET PREFIX COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT LANG STR CONTAINS LCASE REGEX IF COALESCE BOUND YEAR".split(" ");
let pending = null;

/** Fetch the terms once; without them only keywords are completed, and the next call tries again. */
function terms() {
  pending ??= fetch(words.terms)
    .then((reply) => (reply.ok ? reply.json() : Promise.reject(new Error(reply.statusText))))
    .catch((fault) => {
      pending = null;
      console.info(fault);
      return { prefixes: {}, classes: [], properties: [], graphs: [] };
    });
  return pending;
}

/** Return the completions of the word before the caret (CodeMirror's CompletionSource). */
export async function complete(context) {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (/^[^"'<]*#/.test(before)) return null; // a comment
  const word = before.match(/(?:[?$][\w]*|<[^>\s]*|[\p{L}\w][\p{L}\w-]*(?::[\p{L}\w-]*)?|:[\w-]*)$/u)?.[0] ?? "";
  if (!word && !context.explicit) return null;
  const options = await choose(context, before.slice(0, before.length - word.length), word);
  return options.length ? { from: context.pos - word.length, options, filter: false } : null;
}

async function choose(context, lead, word) {
  const text = context.state.doc.toString();
  if (/^[?$]/.test(word)) return variables(text, word, context.pos);
  const available = await terms();
  if (/\bPREFIX\s+$/i.test(lead)) return declarations(available.prefixes, word);
  const inGraph = /\b(?:GRAPH|FROM|NAMED)\s+$/i.test(lead);
  if (inGraph) return rank(available.graphs.map((graph) => ({ ...graph, name: `<${graph.iri}>` })), word).map(option);
  if (word.startsWith("<")) return rank([...available.graphs, ...available.classes, ...available.properties].map((term) => ({ ...term, name: `<${term.iri}>` })), word).map(option);
  if (/^\d/.test(word)) return [];
  const classes = named(available.classes, available.prefixes);
  const properties = named(available.properties, available.prefixes);
  const ofType = /(?:\ba|\brdf:type)\s+$/.test(lead);
  const names = rank(ofType ? classes : [...properties, ...classes], word).map((term) => option(term, available.prefixes));
  const keywords = ofType || word.includes(":") || !word ? [] : KEYWORDS.filter((key) => key.startsWith(word.toUpperCase()));
  return [...keywords.map((label) => ({ label, type: "keyword" })), ...names].slice(0, 60);
}

function variables(text, word, pos) {
  const names = new Set();
  for (const match of text.matchAll(/[?$]\w+/g)) if (match.index + match[0].length !== pos) names.add(match[0]);
  return [...names].filter((name) => name.startsWith(word) && name !== word).sort().map((label) => ({ label, type: "variable" }));
}

function declarations(prefixes, word) {
  return Object.entries(prefixes)
    .filter(([prefix]) => prefix.startsWith(word.replace(/:.*/, "")))
    .map(([prefix, space]) => ({ label: `${prefix}:`, detail: space, apply: `${prefix}: <${space}>\n` }));
}

function named(list, prefixes) {
  const spaces = Object.entries(prefixes);
  return list.map((term) => {
    const [prefix, space] = spaces.find(([, space]) => term.iri.startsWith(space)) ?? [];
    const local = space && term.iri.slice(space.length);
    const short = /^[\p{L}_][\p{L}\w-]*$/u.test(local ?? "");
    return { ...term, prefix: short ? prefix : null, name: short ? `${prefix}:${local}` : `<${term.iri}>` };
  });
}

/** Rank terms by where a word occurs: at the start of the name, of the label, or anywhere. */
function rank(list, word) {
  const typed = plain(word);
  const place = ({ name, label }) => {
    const written = plain(name);
    if (written.startsWith(typed)) return 0;
    if (written.split(/[:/#]/).at(-1).startsWith(typed)) return 1;
    if (plain(label).startsWith(typed)) return 2;
    return typed.length > 1 && (written.includes(typed) || plain(label).includes(typed)) ? 3 : 9;
  };
  const placed = list.map((term) => ({ term, place: place(term) })).filter((one) => one.place < 9);
  placed.sort((a, b) => a.place - b.place || b.term.count - a.term.count);
  return placed.map((one) => one.term);
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function option(term, prefixes) {
  const count = term.count.toLocaleString(document.documentElement.lang);
  const detail = term.label === term.name ? count : `${term.label} · ${count}`;
  return { label: term.name, detail, apply: (view, _, from, to) => insert(view, term, from, to, prefixes) };
}

/** Insert a term, and declare its prefix where the query does not. */
function insert(view, { name, prefix }, from, to, prefixes) {
  const text = view.state.doc.toString();
  const changes = [{ from, to, insert: name }];
  const declared = !prefix || new RegExp(`\\bPREFIX\\s+${prefix}:`, "i").test(text);
  if (!declared) changes.push({ from: 0, insert: `PREFIX ${prefix}: <${prefixes[prefix]}>\n` });
  const moved = view.state.changes(changes);
  view.dispatch({ changes: moved, selection: { anchor: moved.mapPos(to, 1) }, userEvent: "input.complete" });
}
