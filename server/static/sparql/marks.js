// Mark the place at which the server could not read a query.
import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, gutterLineClass } from "@codemirror/view";

const setPlace = StateEffect.define();
const lineMark = Decoration.line({ class: "cm-problem-line" });
const placeMark = Decoration.mark({ class: "cm-problem" });
const gutterMark = new (class extends GutterMarker {
  elementClass = "cm-problem-gutter";
})();

const place = StateField.define({
  create: () => null,
  update(now, transaction) {
    for (const effect of transaction.effects) if (effect.is(setPlace)) return effect.value;
    return transaction.docChanged ? null : now; // an edited query may be correct
  },
  provide: (field) => [
    EditorView.decorations.from(field, (at) => (at ? decorate(at) : Decoration.none)),
    EditorView.contentAttributes.from(field, (at) => (at ? { "aria-invalid": "true" } : {})),
    gutterLineClass.from(field, (at) => (at ? RangeSet.of([gutterMark.range(at.line)]) : RangeSet.empty)),
  ],
});
export const marks = [place];

function decorate({ line, from, to }) {
  const ranges = [lineMark.range(line)];
  if (to > from) ranges.push(placeMark.range(from, to));
  return Decoration.set(ranges);
}

/** Return the offset in the text of a line and column (from 1; a column counts characters). */
export function offset(doc, line, column) {
  const { from, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return from + Array.from(text).slice(0, Math.max(column - 1, 0)).join("").length;
}

/** Mark the word at a place, or else the word before it, which is the last one that was read. */
export function mark(doc, line, column) {
  const at = offset(doc, line, column);
  const { from, text } = doc.lineAt(at);
  const words = [...text.matchAll(/\S+/g)].map((one) => [from + one.index, from + one.index + one[0].length]);
  const [begin, end] = words.find(([begin, end]) => begin <= at && at < end)
    ?? words.findLast(([, end]) => end <= at) ?? [from, from];
  return { effects: setPlace.of({ line: from, from: begin, to: end }), selection: { anchor: at }, scrollIntoView: true };
}

export function unmark() {
  return { effects: setPlace.of(null) };
}
