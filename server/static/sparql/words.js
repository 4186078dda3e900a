// The texts of the page in its language, which the server writes into the page.
export const words = JSON.parse(document.getElementById("words").textContent);

// What is a link of the page stands in it as one.
for (const link of document.querySelectorAll("link[data-word]")) words[link.dataset.word] = link.href;

/** Fill values into a text: «{name}» becomes `values.name`. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
