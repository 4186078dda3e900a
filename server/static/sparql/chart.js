// Draw an answer of two columns, things and a number each, as bars; its table stays.
const SPACE = "http://www.w3.org/2000/svg";
const ROW = 46;
const BAR = 18;

/** Return the first bars of a table, a name and a number each; null where it is no such table. */
export function readBars(table, most) {
  const heads = table.tHead.rows[0].cells;
  const rows = [...table.tBodies[0].rows];
  if (heads.length !== 2 || rows.length < 2) return null;
  const isNumber = (place) => rows.every((row) => Number.isFinite(number(row.cells[place])));
  const value = [1, 0].find(isNumber);
  if (value === undefined) return null;
  const bars = rows.slice(0, most).map((row) => ({
    name: text(row.cells[1 - value]), shown: text(row.cells[value]), value: number(row.cells[value]),
  }));
  const name = (cell) => cell.textContent.trim();
  return { bars, of: name(heads[1 - value]), number: name(heads[value]), cut: rows.length > most };
}

/** Add a figure of bars before their table, as wide as there is room; `note` says that it is cut. */
export function addFigure(chart, table, note) {
  const figure = document.createElement("figure");
  figure.className = "bars";
  const about = document.createElement("figcaption");
  about.textContent = chart.cut ? note : "";
  table.closest(".scroll").before(figure);
  let drawn = 0;
  // It is told of the first width too, and of none while the figure is hidden.
  new ResizeObserver(() => {
    const width = Math.floor(figure.clientWidth);
    if (width && width !== drawn) figure.replaceChildren(draw(chart, (drawn = width)), about);
  }).observe(figure);
  return figure;
}

/** Draw bars at a width in pixels, with a title for who does not see them. */
function draw({ bars, of, number: measure }, width) {
  const least = Math.min(0, ...bars.map((bar) => bar.value));
  const most = Math.max(0, ...bars.map((bar) => bar.value));
  const scale = (value) => ((value - least) / (most - least || 1)) * width;
  const svg = element("svg", { viewBox: `0 0 ${width} ${bars.length * ROW}`, width, height: bars.length * ROW, role: "img" });
  svg.append(element("title", {}, `${measure} · ${of}`));
  svg.append(element("desc", {}, bars.map((bar) => `${bar.name} : ${bar.shown}`).join(" ; ")));
  for (const [place, bar] of bars.entries()) {
    const top = place * ROW;
    const from = scale(Math.min(0, bar.value));
    const room = Math.max(8, Math.floor((width - 8 * bar.shown.length - 16) / 8));
    const name = bar.name.length > room ? `${bar.name.slice(0, room - 1)}…` : bar.name;
    svg.append(
      element("text", { x: 0, y: top + 15 }, name),
      element("text", { x: width, y: top + 15, "text-anchor": "end", class: "value" }, bar.shown),
      element("rect", { x: from, y: top + 21, width: Math.max(1, scale(Math.max(0, bar.value)) - from), height: BAR, rx: 2 }),
    );
  }
  return svg;
}

function element(name, attributes, content = "") {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = content;
  return made;
}

function text(cell) {
  return (cell.querySelector("bdi") ?? cell).textContent.trim();
}

function number(cell) {
  return cell.className === "number" ? Number(text(cell)) : NaN;
}
