// Ask the quads of a release in this browser, where a site is a copy of files without a server.
import { isOfGraph } from "./program.js";
import { showGraph, showRows, showTruth } from "./store_answer.js";
import { faultOf, StoreFault } from "./store_fault.js";
import { words } from "./words.js";

const SECONDS = 30; // of one query, once the quads are loaded
const JSON_FORM = "application/sparql-results+json";
const TURTLE = "text/turtle";
let worker = null;
let count = 0;

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
      if (data.begun) timer = window.setTimeout(() => end(reject, new StoreFault(503, words.tooSlow), true), 1000 * SECONDS);
      else if (data.unreachable) end(reject, new TypeError(data.unreachable), true);
      else if (data.fault) end(reject, faultOf(data.fault));
      else end(resolve, data.answers);
    };
    at.addEventListener("message", listen);
    at.addEventListener("error", fail);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    else at.postMessage({ number, quads: words.quads, queries, base: words.base });
  });
}
