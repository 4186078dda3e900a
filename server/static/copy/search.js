// Find things by words, as server/lists/words.py and SQLite's FTS5 (bm25) do.
import { makeFolding } from "./fold.js";

const PART = /(-?)"([^"]*)"?|(\S+)/g;
// A short word that lost its vowel before another one (l'hôpital, d'urgence): no part of a search.
const ELIDED = /^([-‐‑–−]?)(?:[cdjlmnst]|qu)['’ʼ](?=[\p{L}\p{N}_])/iu;
const MOST_TERMS = 32;
const [K1, B] = [1.2, 0.75]; // https://sqlite.org/fts5.html#the_bm25_function

/** Parse what a reader wrote; null where it holds no word that must occur. */
export function parse(text, folding) {
  const groups = [];
  const absent = [];
  let either = false;
  for (const [, minus, phrase, bare] of text.matchAll(PART)) {
    if (bare === "OR" || bare === "OU") {
      either = groups.length > 0;
      continue;
    }
    const own = folding.words(bare?.replace(ELIDED, "$1") ?? phrase ?? "");
    if (!own.length) continue;
    if (bare ? /^[-‐‑–−]/.test(bare) : minus) absent.push(own);
    else if (either) groups.at(-1).push(own);
    else groups.push([own]);
    if (!absent.includes(own)) either = false;
    if (groups.length + absent.length === MOST_TERMS) break;
  }
  return groups.length ? { groups, absent } : null;
}

/** Return the things that words find, the best first: `[kind, key, path, name]` each. */
export function find(text, data, reader) {
  const { search } = data;
  const folding = makeFolding(data.folding, data.spoken, search.stems);
  const asked = parse(text, folding);
  if (!asked) return [];
  const alike = (own) => [own, ...(search.synonyms[own.join(" ")] ?? []).map((other) => other.split(" "))];
  const phrasesOf = (group) => group.flatMap(alike).flatMap(folding.phrases).map((phrase) => ` ${phrase} `);
  const groups = asked.groups.map(phrasesOf);
  const absent = asked.absent.flatMap(folding.phrases).map((phrase) => ` ${phrase} `);
  const offered = search.offered.filter(([, language]) => language === reader);
  const all = [...search.things, ...offered].map((thing) => ({ thing, columns: thing.slice(4).map((text) => ` ${text} `) }));
  const indexed = all.slice(0, search.things.length);
  const has = (columns, phrase) => columns.some((column) => column.includes(phrase));
  const found = all.filter(({ columns }) =>
    groups.every((group) => group.some((phrase) => has(columns, phrase))) && !absent.some((phrase) => has(columns, phrase)));
  const lengths = indexed.map(({ columns }) => columns.reduce((sum, column) => sum + countWords(column), 0));
  const average = lengths.reduce((sum, length) => sum + length, 0) / (lengths.length || 1);
  const weighed = [...new Set(groups.flat())].map((phrase) => {
    const hits = indexed.filter(({ columns }) => has(columns, phrase)).length;
    return { phrase, idf: Math.max(Math.log((indexed.length - hits + 0.5) / (hits + 0.5)), 1e-6) };
  });
  const rank = ({ columns }) => {
    const length = columns.reduce((sum, column) => sum + countWords(column), 0);
    return weighed.reduce((sum, { phrase, idf }) => {
      const often = columns.reduce((total, column, place) => total + search.weights[place] * occurrences(column, phrase), 0);
      return sum + (idf * often * (K1 + 1)) / (often + K1 * (1 - B + (B * length) / average));
    }, 0);
  };
  return found
    .map((one, place) => ({ thing: one.thing, rank: rank(one), place }))
    .sort((a, b) => b.rank - a.rank || a.place - b.place)
    .map(({ thing }) => thing.slice(0, 4));
}

function countWords(column) {
  return column.trim() ? column.trim().split(" ").length : 0;
}

function occurrences(column, phrase) {
  let count = 0;
  // Two may share the blank between them.
  for (let at = column.indexOf(phrase); at >= 0; at = column.indexOf(phrase, at + 1)) count += 1;
  return count;
}
