import { RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/** Replaces all highlighted ranges: `{from, to, kind}[]`. */
export const setHighlights = StateEffect.define();

/** Line backgrounds for ranges that mean something outside the editor, such as the state that runs now. */
export const highlights = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setHighlights)) {
        return linesOf(transaction.state.doc, effect.value);
      }
    }
    return lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function linesOf(doc, ranges) {
  const kinds = new Map();
  for (const { from, to, kind } of ranges) {
    const last = doc.lineAt(Math.max(from, to)).number;
    for (let number = doc.lineAt(from).number; number <= last; number += 1) {
      const start = doc.line(number).from;
      kinds.set(start, [kinds.get(start), `cm-highlight-${kind}`].filter(Boolean).join(" "));
    }
  }
  const builder = new RangeSetBuilder();
  for (const [start, kind] of [...kinds].sort(([a], [b]) => a - b)) {
    builder.add(start, start, Decoration.line({ class: kind }));
  }
  return builder.finish();
}
