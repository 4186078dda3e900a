// Ask the quads of a release in this browser, where a site is a copy of files without a server.
import { isOfGraph } from "./program.js";
import { showGraph, showRows, showTruth } from "./store_answer.js";
import { words } from "./words.js";

const SECONDS = 30; // of one query, once the quads are loaded
const JSON_FORM = "application/sparql-results+json";
const TURTLE = "text/turtle";
let worker = null;
let count = 0;

/** Why a query has no answer: shown as a refusal of a server is. */
export class StoreFault extends Error {
  constructor(status, detail, language = "en") {
    super(detail);
    Object.assign(this, { status, title: "", detail, language, ...placeOf(detail) });
  }
}

/** Return the nodes of the answer to a query; throws a StoreFault, or AbortError. */
export async function askStore(text, signal) {
  if (isOfGraph(text)) {
    const [graph] = await run([{ text, form: TURTLE }], signal);
    return showGraph(graph);
  }
  const [raw] = await run([{ text, form: JSON_FORM }], signal);
  const result = JSON.parse(raw);
  if ("boolean" in result) return showTruth(result.boolean, raw);
  return showRows(result, raw, (query) => run([{ text: query, form: JSON_FORM }], signal).then(([names]) => JSON.parse(names)));
}

/** Run queries in the worker, which ends with the query that takes too long or is stopped. */
function run(queries, signal) {
  worker ??= new Worker(words.worker, { type: "module" });
  const number = (count += 1);
  const at = worker;
  return new Promise((resolve, reject) => {
    let timer = 0;
    const end = (act, value, ends = false) => {
      window.clearTimeout(timer);
      at.removeEventListener("message", listen);
      at.removeEventListener("error", fail);
      signal.removeEventListener("abort", stop);
      if (ends) {
        at.terminate();
        if (worker === at) worker = null;
      }
      act(value);
    };
    const stop = () => end(reject, new DOMException("", "AbortError"), true);
    const fail = (event) => end(reject, new TypeError(event.message || "worker"), true);
    const listen = ({ data }) => {
      if (data.number !== number) return;
      if (data.begun) timer = window.setTimeout(() => end(reject, new StoreFault(503, words.tooSlow, document.documentElement.lang), true), 1000 * SECONDS);
      else if (data.unreachable) end(reject, new TypeError(data.unreachable), true);
      else if (data.fault) end(reject, new StoreFault(400, data.fault));
      else end(resolve, data.answers);
    };
    at.addEventListener("message", listen);
    at.addEventListener("error", fail);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    else at.postMessage({ number, quads: words.quads, queries, base: words.base });
  });
}

/** Return the line and column that a message of the parser names. */
function placeOf(detail) {
  const match = /at (\d+):(\d+)/.exec(detail);
  return match ? { line: Number(match[1]), column: Number(match[2]) } : {};
}
