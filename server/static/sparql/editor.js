// Replace the text field of a form by an editor.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { complete } from "./completion.js";
import { mark, marks, offset, unmark } from "./marks.js";
import { words } from "./words.js";

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-word)", fontWeight: "600" },
  { tag: [tags.standard(tags.variableName), tags.operator], color: "var(--code-word)" },
  { tag: tags.local(tags.variableName), color: "var(--code-variable)" },
  { tag: tags.atom, color: "var(--code-name)" },
  { tag: [tags.string, tags.meta], color: "var(--code-text)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);
const LOOK = EditorView.theme({
  "&": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--soft)", borderRadius: "6px", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", maxHeight: "70vh" },
  ".cm-content, .cm-gutter": { minHeight: "19rem" },
  ".cm-content": { padding: "0.6rem 0", caretColor: "var(--ink)" },
  ".cm-gutters": { background: "var(--wash)", color: "var(--soft)", borderRight: "1px solid var(--line)", borderRadius: "6px 0 0 6px" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "var(--code-line)" },
  ".cm-line::selection, .cm-line ::selection": { background: "var(--code-chosen)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--code-chosen)" },
  ".cm-tooltip": { background: "var(--paper)", border: "1px solid var(--soft)", borderRadius: "6px", overflow: "hidden", boxShadow: "0 4px 16px #0004" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxWidth: "min(34rem, 90vw)", maxHeight: "16rem" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.5rem", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--link)", color: "var(--paper)" },
  ".cm-completionDetail": { fontFamily: "system-ui, sans-serif", fontStyle: "normal", marginLeft: "0.75rem", opacity: "0.85" },
  ".cm-problem": { textDecoration: "underline wavy var(--wrong)", textUnderlineOffset: "3px", background: "var(--wrong-wash)" },
  ".cm-problem-line": { background: "var(--wrong-wash)" },
  ".cm-problem-gutter": { background: "var(--wrong)", color: "var(--paper)", fontWeight: "700" },
});

/** Open the editor; Ctrl-Enter calls `run`, each change of the text `changed`. */
export function openEditor(field, run, changed) {
  const host = document.createElement("div");
  host.className = "editor";
  // In a shadow root the styles of the editor are objects, which our strict policy allows.
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({ parent: root, root, state: EditorState.create({ doc: field.value, extensions: extend(run, changed) }) });
  for (const label of field.labels) {
    label.removeAttribute("for");
    label.addEventListener("click", () => view.focus());
  }
  field.after(host);
  field.hidden = true;
  field.removeAttribute("id");
  document.documentElement.classList.add("live");
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark: (line, column) => view.dispatch(mark(view.state.doc, line, column)),
    unmark: () => view.dispatch(unmark()),
    focus: () => view.focus(),
    goTo(line, column) {
      view.dispatch({ selection: { anchor: offset(view.state.doc, line, column) }, scrollIntoView: true });
      view.focus();
    },
  };
}

/**
 * Replace the selection ourselves: Chromium does it with style attributes, which our policy blocks
 * and reports.
 */
function replace(event, view) {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type" });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, from, to, event.data, insert))) view.dispatch(insert());
  event.preventDefault();
  return true;
}

function extend(run, changed) {
  const runKey = { key: "Mod-Enter", run: () => (run(), true), preventDefault: true };
  return [
    lineNumbers(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    history(),
    StreamLanguage.define(sparql),
    syntaxHighlighting(COLOURS),
    indentUnit.of("  "),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [complete], icons: false }),
    marks,
    EditorView.lineWrapping,
    EditorView.updateListener.of((update) => update.docChanged && changed()),
    EditorView.domEventHandlers({ beforeinput: replace }),
    EditorView.contentAttributes.of({ "aria-label": words.query, autocapitalize: "off", spellcheck: "false" }),
    // Tab leaves the editor, as keyboard users need; it only accepts a completion that is open.
    keymap.of([runKey, { key: "Tab", run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
    LOOK,
  ];
}
