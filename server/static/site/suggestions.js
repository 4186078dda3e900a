// Suggestions while one types: a combobox with a list (WAI-ARIA Authoring Practices, «Combobox»).

const PAUSE = 150; // milliseconds without a key before the server is asked
const SHORTEST = 2;
let count = 0;

/** Show below an input what the server suggests for its words; a choice leads to its page. */
export function suggest(input) {
  const endpoint = new URL(input.dataset.suggestions, document.baseURI);
  const root = new URL("../", endpoint);
  const list = document.createElement("ul");
  const status = document.createElement("div");
  const known = new Map();
  let chosen = -1;
  let asking = null;
  let timer = 0;

  list.id = `suggestions-${(count += 1)}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggested);
  status.className = "unseen";
  status.setAttribute("role", "status");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.form.classList.add("suggesting");
  input.form.append(list, status);

  function close() {
    window.clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    choose(-1);
    input.setAttribute("aria-expanded", "false");
  }

  function choose(place) {
    list.children[chosen]?.removeAttribute("aria-selected");
    chosen = place;
    const option = list.children[place];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function show(answer) {
    list.replaceChildren(...answer.suggestions.map((thing, place) => write(thing, place)));
    list.hidden = !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = answer.status;
    choose(-1);
  }

  function write(thing, place) {
    const option = document.createElement("li");
    const name = document.createElement("span");
    const kind = document.createElement("span");
    option.id = `${list.id}-${place}`;
    option.setAttribute("role", "option");
    option.dataset.href = new URL(thing.path, root).href;
    name.textContent = thing.name;
    name.lang = thing.language;
    kind.className = "aside";
    kind.textContent = thing.kind;
    option.append(name, " ", kind);
    return option;
  }

  async function ask() {
    const words = input.value.trim();
    if (words.length < SHORTEST) return close();
    if (!known.has(words)) {
      asking?.abort();
      asking = new AbortController();
      endpoint.searchParams.set("q", words);
      try {
        const reply = await fetch(endpoint, { signal: asking.signal });
        if (!reply.ok) return close(); // the search itself works without suggestions
        known.set(words, await reply.json());
      } catch (fault) {
        if (fault.name !== "AbortError") close();
        return;
      }
    }
    if (words === input.value.trim() && document.activeElement === input) show(known.get(words));
  }

  function open(option) {
    const address = new URL(option.dataset.href);
    const language = endpoint.searchParams.get("lang");
    if (language) address.searchParams.set("lang", language);
    window.location.assign(address);
  }

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "ArrowDown" && !list.hidden) choose(chosen < last ? chosen + 1 : -1);
    else if (event.key === "ArrowUp" && !list.hidden) choose(chosen < 0 ? last : chosen - 1);
    else if (event.key === "ArrowDown") ask();
    else if (event.key === "Enter" && chosen >= 0) open(list.children[chosen]);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  // Before the input loses the focus, which would close the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option);
  });
}
