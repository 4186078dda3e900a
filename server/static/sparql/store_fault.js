// Say in the language of the page why the store in this browser has no answer.
import { fill, words } from "./words.js";

const MOST_EXPECTED = 12;
// What the parser lists as expected: character classes, "signs", KEYWORDS and plain reasons.
const EXPECTED = /\['[^]*?'\](?=,|$)|\[_\]|("(?:[^"\\]|\\.)*"|[^,\s"[][^,]*)/g;

/** Why a query has no answer: shown as a refusal of a server is. */
export class StoreFault extends Error {
  constructor(status, detail, place = {}) {
    super(detail);
    Object.assign(this, { status, title: "", detail, language: document.documentElement.lang, ...place });
  }
}

/** Return the fault for what the engine says, in English, of a query. */
export function faultOf(said) {
  const unread = /^error at (\d+):(\d+): (?:expected (?:one of )?)?([^]*)/.exec(said);
  if (unread) {
    const place = { line: Number(unread[1]), column: Number(unread[2]) };
    return new StoreFault(400, fill(words.unread, { ...place, reason: reasonOf(unread[3]) }), place);
  }
  const iri = /^The custom function <(.*)> is not supported$/.exec(said)?.[1];
  if (iri) return new StoreFault(422, fill(words.noFunction, { iri }));
  if (/^The service /.test(said)) return new StoreFault(403, words.noService);
  return new StoreFault(422, fill(words.engineSays, { words: said }));
}

function reasonOf(listed) {
  const expected = [...listed.matchAll(EXPECTED)].map((match) => match[1]).filter(Boolean);
  const reasons = expected.filter((item) => /^[A-Z].* /.test(item));
  if (reasons.length) return fill(words.parserSays, { words: reasons.join("; ") });
  if (!expected.length) return words.outOfPlace;
  const either = new Intl.ListFormat(document.documentElement.lang, { type: "disjunction" });
  return fill(words.parserExpects, { names: either.format(expected.slice(0, MOST_EXPECTED)) });
}
