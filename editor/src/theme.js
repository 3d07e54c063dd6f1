// Every colour is a custom property of the page: they inherit into the shadow root, so that switching the page's theme
// switches the editor with it. The values after the comma only serve a page that sets none.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const highlightStyle = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-property, #0b5394)" },
  { tag: tags.string, color: "var(--code-string, #0a6b3d)" },
  { tag: tags.number, color: "var(--code-number, #8a3d00)" },
  { tag: [tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--code-keyword, #7a1fa2)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment, #5f6b7a)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--code-punctuation, inherit)" },
  { tag: [tags.labelName, tags.typeName, tags.meta], color: "var(--code-meta, #7a1fa2)" },
  { tag: tags.invalid, color: "var(--code-error, #c62828)" },
]);

const squiggle = (colour) => ({
  backgroundImage: "none",
  paddingBottom: "0",
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "3px",
});

const severities = {
  error: "var(--code-error, #c62828)",
  warning: "var(--code-warning, #9a6700)",
  info: "var(--code-info, #0b5394)",
  hint: "var(--code-hint, #5f6b7a)",
};

// CodeMirror draws its lint marks as images with `data:` addresses, which a strict content security policy forbids:
// both marks are redrawn with text decoration, shape and letter (so that colour isn't the only difference).
const lintRanges = Object.fromEntries(
  Object.entries(severities).map(([name, colour]) => [`.cm-lintRange-${name}`, squiggle(colour)]),
);
const letters = { error: "!", warning: "!", info: "i", hint: "i" };
const lintMarkers = Object.fromEntries(
  Object.entries(severities).map(([name, colour]) => [
    `.cm-lint-marker-${name}`,
    { content: "normal", backgroundColor: colour, borderRadius: name === "error" ? "50%" : "3px" },
  ]),
);
const lintMarkerLetters = Object.fromEntries(
  Object.entries(letters).map(([name, letter]) => [`.cm-lint-marker-${name}::before`, { content: `"${letter}"` }]),
);
const lintListEntries = Object.fromEntries(
  Object.entries(severities).map(([name, colour]) => [`.cm-diagnostic-${name}`, { borderLeftColor: colour }]),
);

export const editorTheme = EditorView.theme({
  "&": {
    height: "100%",
    color: "var(--code-text, #1b1f24)",
    backgroundColor: "var(--code-background, transparent)",
    fontSize: "var(--code-font-size, 13px)",
  },
  "&.cm-focused": { outline: "2px solid var(--focus-ring, #1a73e8)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-mono, ui-monospace, monospace)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--code-caret, currentColor)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--code-caret, currentColor)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--code-selection, #bcd6f7)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--code-match, #e6eef8)" },
  ".cm-activeLine": { backgroundColor: "var(--code-active-line, #8080801a)" },
  ".cm-gutters": {
    color: "var(--code-gutter-text, #5f6b7a)",
    backgroundColor: "var(--code-gutter, var(--code-background, transparent))",
    border: "none",
  },
  ".cm-activeLineGutter": { backgroundColor: "var(--code-active-line, #8080801a)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--code-bracket, #cfe8cf)",
    outline: "1px solid currentColor",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--code-bracket-wrong, #f6c9c9)" },
  ".cm-foldPlaceholder": { color: "inherit", backgroundColor: "transparent", border: "1px solid var(--border, #c3cad3)" },
  ".cm-searchMatch": { backgroundColor: "var(--code-search, #ffe9a8)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--code-search-selected, #ffc94d)" },
  ".cm-panels": {
    color: "var(--text, inherit)",
    backgroundColor: "var(--surface, #f4f6f8)",
    borderColor: "var(--border, #c3cad3)",
  },
  ".cm-panel.cm-search": { fontFamily: "var(--font, system-ui, sans-serif)" },
  ".cm-textfield": {
    color: "inherit",
    backgroundColor: "var(--field, transparent)",
    border: "1px solid var(--border, #c3cad3)",
    borderRadius: "4px",
  },
  ".cm-button": {
    color: "inherit",
    backgroundImage: "none",
    backgroundColor: "var(--button, transparent)",
    border: "1px solid var(--border, #c3cad3)",
    borderRadius: "4px",
    "&:active": { backgroundImage: "none", backgroundColor: "var(--button-active, #0000001a)" },
  },
  ".cm-textfield:focus-visible, .cm-button:focus-visible, input:focus-visible": {
    outline: "2px solid var(--focus-ring, #1a73e8)",
  },
  ".cm-tooltip": {
    color: "var(--text, #1b1f24)",
    backgroundColor: "var(--surface-raised, #fff)",
    border: "1px solid var(--border, #c3cad3)",
    borderRadius: "6px",
    boxShadow: "var(--shadow, 0 4px 16px #0003)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono, ui-monospace, monospace)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--on-accent, #fff)",
    backgroundColor: "var(--accent, #1a73e8)",
  },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.75" },
  ".cm-hover": { maxWidth: "60ch", padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".cm-lint-marker": {
    width: "1em",
    height: "1em",
    color: "var(--code-on-severity, #fff)",
    fontSize: "0.8em",
    fontWeight: "bold",
    lineHeight: "1",
    textAlign: "center",
  },
  ...lintRanges,
  ...lintMarkers,
  ...lintMarkerLetters,
  ...lintListEntries,
  ".cm-highlight-selected": { backgroundColor: "var(--code-highlight-selected, #1a73e81f)" },
  ".cm-highlight-running": { backgroundColor: "var(--code-highlight-running, #1a73e833)" },
  ".cm-highlight-paused": { backgroundColor: "var(--code-highlight-paused, #ffc10740)" },
  ".cm-highlight-failed": { backgroundColor: "var(--code-highlight-failed, #c628281f)" },
  ".cm-highlight-changed": { backgroundColor: "var(--code-highlight-changed, #0a6b3d1f)" },
});
