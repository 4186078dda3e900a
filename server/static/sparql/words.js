// The texts of the page in its language, which the server writes into the page.
export const words = JSON.parse(document.getElementById("words").textContent);

/** Fill values into a text: «{name}» becomes `values.name`. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
