// What things are called for the reader of a page, and marks of names in another language, as parts.html has them.
import { element } from "./elements.js";

/** Return the name of a thing and its language, "" where that is the reader's; `own` is its name in the register's. */
export function nameThing(data, kind, key, own) {
  const reader = data.languages.indexOf(document.documentElement.lang);
  const text = data.names[kind]?.[key]?.[reader];
  if (text !== undefined) return { text, language: data.foreign[kind]?.[key]?.[reader] ?? "" };
  const [first] = data.spoken;
  const isForeign = kind === "initiative" && first.split("-")[0] !== document.documentElement.lang;
  return { text: own, language: isForeign ? first : "" };
}

/** Return a link to a thing by its name. */
export function linkThing(href, { text, language }) {
  return element("a", { href, textContent: text, attributes: language ? { lang: language } : {} });
}

/** Return the mark of a name in another language than the page's. */
export function mark(words, language) {
  if (!words.tongues[language]) return null;
  const [short, told] = words.tongues[language];
  return element("span", { className: "tongue", title: told },
    element("span", { attributes: { "aria-hidden": "true" }, textContent: short }),
    element("span", { className: "unseen", textContent: `(${told})` }));
}

/** Return the line over names in another language than the page's. */
export function namesIn(words, language) {
  const [short, , told] = words.tongues[language];
  return element("p", { className: "aside tongues" },
    element("span", { className: "tongue", attributes: { "aria-hidden": "true" }, textContent: short }), ` ${told}`);
}
