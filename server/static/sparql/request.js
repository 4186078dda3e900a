// Request the page that shows an answer, and extract the answer from it.
import { askStore } from "./store.js";
import { words } from "./words.js";

const LONGEST_LINE = 6000; // characters; a longer query is sent as a body

/** A refusal of the server: `status`, `title`, `detail`, its `language`, `line` and `column` where it has them. */
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail);
    Object.assign(this, problem);
  }
}

/** Return the address of a query and its answer. */
export function permalink(form, text) {
  const address = new URL(form.action);
  address.searchParams.set("query", text);
  const lang = new FormData(form).get("lang");
  if (lang) address.searchParams.set("lang", lang);
  return address.href;
}

/** Return the nodes of the answer to a query; throws a Problem, or what `fetch` throws. */
export async function ask(form, text, signal) {
  if (words.worker) return askStore(text, signal); // a copy of files, without a server
  const address = new URL(form.action);
  address.searchParams.set("format", "html");
  address.searchParams.set("lang", document.documentElement.lang);
  const body = new URLSearchParams({ query: text });
  const options = { signal, headers: { Accept: "application/problem+json, text/html;q=0.9" } };
  if (text.length > LONGEST_LINE) Object.assign(options, { method: "POST", body });
  else address.searchParams.set("query", text);
  const reply = await fetch(address, options);
  if (!reply.ok) throw new Problem(await readProblem(reply));
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  return [...page.getElementById("reponse").childNodes];
}

async function readProblem(reply) {
  const language = reply.headers.get("Content-Language") ?? "en";
  const problem = { status: reply.status, title: reply.statusText, detail: "", language };
  const json = reply.headers.get("Content-Type")?.includes("json");
  return json ? { ...problem, ...(await reply.json()) } : { ...problem, detail: await reply.text() };
}
