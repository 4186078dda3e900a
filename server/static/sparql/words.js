// The words of the page, in its language: the server writes them into it.
export const words = JSON.parse(document.getElementById("words").textContent);

/** Put values into a text: «{name}» becomes what `values.name` is. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
