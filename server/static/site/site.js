// What every page loads; each works without it.
import { suggest } from "./suggestions.js";

for (const input of document.querySelectorAll("input[data-suggestions]")) suggest(input);
