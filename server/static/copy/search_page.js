// Show what a search of the whole copy finds, the kinds with the best things first.
import { element, pager, plural } from "./elements.js";
import { linkThing, mark, nameThing } from "./names.js";
import { find } from "./search.js";

const FEW = 5;
const PAGE = 25;

export function showSearch(data, words, parameters) {
  const language = document.documentElement.lang;
  const text = (parameters.get("q") ?? "").trim();
  const only = parameters.get("kind");
  const found = find(text, data, language);
  const kinds = new Map();
  for (const one of found) kinds.set(one[0], [...(kinds.get(one[0]) ?? []), one]);
  const main = document.getElementById("contenu");
  main.querySelector("form.search [name=q]").value = text;
  const total = element("p", { className: "total", attributes: { role: "status" } },
    element("strong", { textContent: found.length.toLocaleString(language) }), ` ${plural(words.results, found.length)}`);
  main.append(total);
  if (!found.length) {
    const ways = document.getElementById("search-ways").content.cloneNode(true);
    main.append(element("p", { textContent: words.nothing }), ways);
  }
  for (const [kind, things] of kinds) if (!only || only === kind) main.append(group(kind, things));

  function group(kind, things) {
    const last = Math.ceil(things.length / PAGE);
    const number = Math.min(last, Math.max(1, Number(parameters.get("page")) || 1));
    const shown = only ? things.slice(PAGE * (number - 1), PAGE * number) : things.slice(0, FEW);
    const section = element("section", { className: "results", attributes: { "aria-labelledby": `kind-${kind}` } },
      element("h2", { id: `kind-${kind}` }, words.kinds[kind] ?? kind, " ", element("span", { className: "count", textContent: things.length.toLocaleString(language) })),
      element("ul", { className: "entries" }, ...shown.map(result)));
    if (!only && things.length > FEW) section.append(element("p", {}, element("a", { className: "all", href: address({ kind }), textContent: words.all })));
    if (only && last > 1) section.append(pager(words, number, last, (page) => address({ kind, page })));
    return section;
  }

  function address(values) {
    return `?${new URLSearchParams({ q: text, ...values })}`;
  }

  function result([kind, key, path, name]) {
    const page = `${path.replace(/^id\//, "doc/")}${words.ending}`;
    const shown = nameThing(data, kind, key, name);
    const href = new URL(page, new URL(words.root, document.baseURI)).href;
    const badge = mark(words, shown.language);
    return element("li", {}, element("h3", {}, linkThing(href, shown), badge ? " " : null, badge));
  }
}
