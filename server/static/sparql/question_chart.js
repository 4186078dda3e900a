// Draw the answer to a saved question as bars above its table, where it has two columns.
import { addFigure, readBars } from "./chart.js";

const MOST_BARS = 12;

const table = document.querySelector(".answer table");
const chart = table && readBars(table, MOST_BARS);
if (chart) addFigure(chart, table, table.dataset.cut);
