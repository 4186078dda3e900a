// Show answers within the page for queries; without this script its plain form still works.
import { ask, Problem, permalink } from "./request.js";
import { StoreFault } from "./store_fault.js";
import { addControls } from "./answer.js";
import { openEditor } from "./editor.js";
import { listQueries } from "./past_queries.js";
import { writePrograms } from "./program.js";
import { fill, words } from "./words.js";

const LONGEST_LINK = 6000; // characters; servers and proxies refuse request lines beyond 8 KB
const DRAFT = "portrait-ia query";

const form = document.getElementById("ask");
const messages = document.getElementById("dit");
const place = document.getElementById("reponse");
const send = form.querySelector("button[type=submit]");
let running = null;

const editor = openEditor(form.elements.query, run, () => showPrograms());
const stop = addButton(words.stop, () => running?.abort());
const copy = addButton(words.copy, copyLink);
stop.hidden = true;
const keys = document.createElement("span");
keys.className = "aside keys";
keys.textContent = words.keys;
form.querySelector(".send").append(keys);
const past = listQueries((text) => {
  editor.text = text;
  editor.focus();
});
const programs = document.createElement("details");
programs.className = "programs more";
programs.append(Object.assign(document.createElement("summary"), { textContent: words.programs }));
programs.addEventListener("toggle", showPrograms);
form.append(past.element, ...(words.worker ? [] : [programs]));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
for (const link of document.querySelectorAll(".examples [data-query]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    try {
      const reply = await fetch(new URL(link.dataset.query, document.baseURI));
      if (!reply.ok) throw new Error(reply.statusText);
      editor.text = await reply.text();
      run();
    } catch (fault) {
      report(words.unreachable, "wrong");
      console.info(fault);
    }
  });
}
// A query that was not sent yet is kept when the language changes.
for (const link of document.querySelectorAll(".top .language")) {
  link.addEventListener("click", () => sessionStorage.setItem(DRAFT, editor.text));
}
window.addEventListener("popstate", () => location.reload());

const draft = sessionStorage.getItem(DRAFT);
sessionStorage.removeItem(DRAFT);
if (draft !== null && draft !== editor.text) editor.text = draft;
addControls(place);
if (form.dataset.line) editor.mark(Number(form.dataset.line), Number(form.dataset.column));

// In a copy of files no server has read the address.
const asked = words.worker && new URLSearchParams(location.search).get("query");
if (asked) {
  editor.text = asked;
  run();
}

async function run() {
  running?.abort();
  const controller = (running = new AbortController());
  const text = editor.text;
  const link = permalink(form, text);
  const begun = performance.now();
  past.add(text);
  editor.unmark();
  report(words.running, "running");
  stop.hidden = false;
  try {
    const nodes = await ask(form, text, controller.signal);
    place.replaceChildren(...nodes);
    addControls(place);
    const seconds = ((performance.now() - begun) / 1000).toLocaleString(
      document.documentElement.lang, { maximumFractionDigits: 2 });
    const count = document.getElementById("nombre")?.textContent;
    report([fill(words.answered, { seconds }), count].filter(Boolean).join(" "));
    remember(link);
    show();
  } catch (fault) {
    if (controller !== running) return; // a newer query is running
    place.replaceChildren();
    if (controller.signal.aborted) report(words.stopped);
    else if (fault instanceof Problem || fault instanceof StoreFault) explain(fault);
    else {
      report(words.unreachable, "wrong");
      console.info(fault);
    }
  } finally {
    if (controller === running) {
      running = null;
      stop.hidden = true;
    }
  }
}

function explain(problem) {
  report(words.faults[problem.status] ?? problem.title, "wrong");
  const detail = document.createElement("p");
  detail.className = "detail";
  detail.textContent = problem.detail;
  if (problem.language !== document.documentElement.lang) {
    detail.lang = problem.language;
    const intro = document.createElement("p");
    intro.textContent = words.detail;
    messages.append(intro);
  }
  messages.append(detail);
  if (!problem.line) return;
  editor.mark(problem.line, problem.column);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = fill(words.place, problem);
  button.addEventListener("click", () => editor.goTo(problem.line, problem.column));
  messages.append(button);
}

function report(text, kind = "") {
  const line = document.createElement("p");
  line.textContent = text;
  messages.className = `said ${kind}`;
  messages.replaceChildren(line);
}

function remember(link) {
  if (link.length > LONGEST_LINK) return;
  if (link !== location.href) history.pushState(null, "", link);
  for (const other of document.querySelectorAll(".top .language")) {
    const target = new URL(link);
    target.searchParams.set("lang", other.hreflang);
    other.href = target.href;
  }
}

/** Scroll to the beginning of the answer where it is below the window. */
function show() {
  if (place.getBoundingClientRect().top > window.innerHeight - 120) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    messages.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
  }
}

/** Show the query as programs, where the reader has opened them. */
function showPrograms() {
  if (!programs.open) return;
  const blocks = writePrograms(form.action, editor.text).map(([name, text]) => {
    const block = document.createElement("section");
    const head = document.createElement("h2");
    head.textContent = name;
    const shown = document.createElement("pre");
    shown.tabIndex = 0;
    shown.setAttribute("aria-label", name);
    shown.textContent = text;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = fill(words.copyProgram, { name });
    button.addEventListener("click", () => copyProgram(name, text, shown));
    block.append(head, button, shown);
    return block;
  });
  programs.replaceChildren(programs.firstChild, ...blocks);
}

async function copyProgram(name, text, shown) {
  try {
    await navigator.clipboard.writeText(text);
    report(fill(words.programCopied, { name }));
  } catch {
    getSelection().selectAllChildren(shown);
    report(words.selected);
  }
}

async function copyLink() {
  const link = permalink(form, editor.text);
  if (link.length > LONGEST_LINK) return report(words.tooLong, "wrong");
  try {
    await navigator.clipboard.writeText(link);
    report(words.copied);
  } catch {
    // No clipboard without HTTPS or permission: show the link to be copied.
    report("");
    const shown = document.createElement("a");
    shown.href = shown.textContent = link;
    messages.replaceChildren(shown);
    getSelection().selectAllChildren(shown);
  }
}

function addButton(text, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = text;
  button.addEventListener("click", act);
  form.querySelector(".send").append(button);
  return button;
}
