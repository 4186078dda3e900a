// Keep the reader's own queries in this browser: nothing is sent, and where nothing can be kept, they
// last as long as the page.
import { words } from "./words.js";

const KEY = "portrait-ia queries";
const MOST = 20;
const LONGEST = 20_000; // characters of a query that is kept
let kept = read();

/** Return the list, which `choose` is called from with a query. */
export function listQueries(choose) {
  const details = document.createElement("details");
  details.className = "past more";
  const summary = document.createElement("summary");
  const list = document.createElement("ol");
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "quiet";
  clear.textContent = words.clear;
  clear.addEventListener("click", () => {
    kept = [];
    write();
    show();
    summary.focus();
  });
  details.append(summary, list, clear);
  // Another tab may have added some.
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    kept = read();
    show();
  });
  show();
  return { element: details, add };

  function add(text) {
    if (!text.trim() || text.length > LONGEST) return;
    kept = [text, ...read(kept).filter((other) => other !== text)].slice(0, MOST);
    write();
    show();
  }

  function show() {
    summary.textContent = `${words.past} (${kept.length})`;
    clear.hidden = !kept.length;
    list.replaceChildren(...kept.map((text) => item(text, choose)));
  }
}

function item(text, choose) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title(text);
  button.title = text.slice(0, 1000);
  button.addEventListener("click", () => choose(text));
  const line = document.createElement("li");
  line.append(button);
  return line;
}

/** Return what a query is told by: its first comment, or its first line that declares no prefix. */
function title(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const comment = lines[0].startsWith("#") ? lines[0].replace(/^#+\s*/, "") : "";
  const line = comment || (lines.find((other) => !/^(PREFIX|BASE|#)/i.test(other)) ?? lines[0]);
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}

function read(otherwise = []) {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((text) => typeof text === "string" && text.trim()).slice(0, MOST) : [];
  } catch (fault) {
    console.info(fault);
    return otherwise;
  }
}

function write() {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch (fault) {
    console.info(fault);
  }
}
