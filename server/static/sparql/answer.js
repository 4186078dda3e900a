// Add controls to an answer: sort its columns, show IRIs in place of labels, open the raw answer.
import { addFigure, readBars } from "./chart.js";
import { fill, words } from "./words.js";

const MOST_BARS = 50;
const MOST_RAW = 200_000; // characters

export function addControls(place) {
  const table = place.querySelector("table");
  if (table) {
    for (const [number, head] of [...table.tHead.rows[0].cells].entries()) addSort(table, head, number);
  }
  const tools = document.createElement("p");
  tools.className = "tools";
  if (place.querySelector("[data-iri]")) tools.append(iriSwitch(place));
  const chart = table && readBars(table, MOST_BARS);
  if (chart) tools.append(chartSwitch(chart, table));
  const file = place.querySelector("a[data-raw]") ?? place.querySelector(".formats a");
  if (tools.childNodes.length) place.querySelector(".formats").after(tools);
  if (file && !place.querySelector("pre.graph")) place.querySelector("section").append(rawAnswer(file));
}

function addSort(table, head, number) {
  const name = head.textContent;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = name;
  button.title = fill(words.sort, { name });
  const body = table.tBodies[0];
  const first = [...body.rows];
  button.addEventListener("click", () => {
    const order = { ascending: "descending", descending: null }[head.ariaSort] ?? (head.ariaSort ? null : "ascending");
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    if (order) head.setAttribute("aria-sort", order);
    body.append(...(order ? sort(first, number, order === "descending" ? -1 : 1) : first));
  });
  head.replaceChildren(button);
}

/** Sort rows by one of their cells: numbers by value, texts by the rules of the language, blanks last. */
function sort(rows, number, sign) {
  const { compare } = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const keyed = rows.map((row) => {
    const cell = row.cells[number];
    const blank = !cell.querySelector("bdi, a");
    const text = (cell.querySelector("bdi") ?? cell).textContent;
    return { row, blank, text, value: cell.className === "number" ? Number(text.replace("INF", "Infinity")) : NaN };
  });
  keyed.sort((a, b) => {
    if (a.blank || b.blank) return a.blank - b.blank;
    const numbers = !Number.isNaN(a.value) && !Number.isNaN(b.value);
    return sign * (numbers ? Math.sign(a.value - b.value) || 0 : compare(a.text, b.text));
  });
  return keyed.map(({ row }) => row);
}

function iriSwitch(place) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = words.iris;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", String(pressed));
    for (const named of place.querySelectorAll("[data-iri]")) {
      const text = named.querySelector("bdi") ?? named;
      text.dataset.name ??= text.textContent;
      text.textContent = pressed ? named.dataset.iri : text.dataset.name;
    }
  });
  return button;
}

function chartSwitch(chart, table) {
  const figure = addFigure(chart, table, words.chartCut);
  figure.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = words.chart;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    figure.hidden = !figure.hidden;
    button.setAttribute("aria-pressed", String(!figure.hidden));
  });
  return button;
}

function rawAnswer(file) {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = `${words.raw} (${file.textContent})`;
  const shown = document.createElement("pre");
  shown.tabIndex = 0;
  details.append(summary, shown);
  details.addEventListener("toggle", async () => {
    if (!details.open || shown.textContent) return;
    shown.textContent = words.loading;
    try {
      const text = file.raw ?? (await (await fetch(file.href)).text());
      const cut = text.length > MOST_RAW;
      shown.textContent = cut ? `${text.slice(0, MOST_RAW)}\n\n… ${words.cut}` : indent(text);
    } catch (fault) {
      shown.textContent = words.unreachable;
      console.info(fault);
    }
  });
  return details;
}

/** Indent JSON; any other text stays as it is. */
function indent(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
