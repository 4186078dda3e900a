// Make elements of a page: properties, attributes and children.
export function element(name, { attributes = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Return the form of a text for a number: the forms are those of 0, 1 and 2. */
export function plural(forms, number) {
  return forms[Math.min(number, 2)];
}

/** Fill values into a text: «{name}» becomes `values.name`. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Return the links to the pages before and after. */
export function pager(words, number, last, address) {
  const link = (text, to, rel) => element("a", { rel, href: address(to), textContent: text });
  return element("nav", { className: "pages", attributes: { "aria-label": words.pages } },
    number > 1 ? link(words.previous, number - 1, "prev") : null,
    element("span", { textContent: fill(words.page, { n: number, pages: last }) }),
    number < last ? link(words.next, number + 1, "next") : null);
}
