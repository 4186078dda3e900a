// What pages of a copy of files load: states of lists and searches that no file holds are computed here.
import { showList } from "./list_page.js";
import { showSearch } from "./search_page.js";

const state = new URLSearchParams(location.search);
state.delete("lang");

const place = document.getElementById("list-words") ?? document.getElementById("search-words");
if (place && [...state].some(([, value]) => value)) compute(place);

async function compute(words) {
  const main = document.getElementById("contenu");
  main.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(document.querySelector("link[data-lists]").href);
    if (!reply.ok) throw new Error(reply.statusText);
    const texts = JSON.parse(words.textContent);
    (words.id === "list-words" ? showList : showSearch)(await reply.json(), texts, state);
  } catch (fault) {
    main.prepend(Object.assign(document.createElement("p"), { className: "partly", textContent: words.dataset.unreachable }));
    console.info(fault);
  } finally {
    main.removeAttribute("aria-busy");
  }
}
