// Every colour is a custom property of the page (style/tokens.css): they inherit into the shadow root, so that switching
// the page's theme switches the editor with it.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const highlightStyle = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-property)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--code-keyword)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--code-punctuation)" },
  { tag: [tags.labelName, tags.typeName, tags.meta], color: "var(--code-keyword)" },
  { tag: tags.invalid, color: "var(--code-invalid)" },
]);

const squiggle = (colour) => ({
  backgroundImage: "none",
  paddingBottom: "0",
  textDecoration: `underline wavy ${colour}`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "3px",
});

const severities = {
  error: "var(--failed)",
  warning: "var(--caught)",
  info: "var(--running)",
  hint: "var(--idle)",
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

// The selection is drawn behind the lines, and has to show through their backgrounds.
const seeThrough = (property) => `color-mix(in srgb, var(${property}) 55%, transparent)`;

const highlightKinds = {
  selected: "--accent",
  running: "--running",
  paused: "--caught",
  failed: "--failed",
  changed: "--succeeded",
};
const lineHighlights = Object.fromEntries(
  Object.entries(highlightKinds).map(([kind, property]) => [
    `.cm-highlight-${kind}`,
    { backgroundColor: seeThrough(`${property}-soft`), boxShadow: `inset 3px 0 var(${property})` },
  ]),
);

export const editorTheme = EditorView.theme({
  "&": {
    height: "100%",
    maxHeight: "var(--code-max-height, none)",
    color: "var(--code-text)",
    backgroundColor: "var(--code-background)",
    fontSize: "var(--code-font-size, 13px)",
  },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "currentColor", minHeight: "var(--code-min-height, 100%)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "currentColor" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--code-selection)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
  ".cm-activeLine": { backgroundColor: seeThrough("--code-active-line") },
  ".cm-gutters": {
    color: "var(--code-gutter)",
    backgroundColor: "var(--code-background)",
    border: "none",
  },
  ".cm-activeLineGutter": { backgroundColor: seeThrough("--code-active-line") },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid currentColor" },
  // Without the focus nobody looks for the other bracket.
  ".cm-matchingBracket": { backgroundColor: "transparent" },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--failed-soft)" },
  ".cm-foldPlaceholder": { color: "inherit", backgroundColor: "transparent", border: "1px solid var(--border)" },
  ".cm-searchMatch": { backgroundColor: "var(--caught-soft)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--caught-soft)", outline: "2px solid var(--caught)" },
  ".cm-panels": {
    color: "var(--text)",
    backgroundColor: "var(--surface-sunken)",
    borderColor: "var(--border)",
  },
  ".cm-panel.cm-search": { fontFamily: "var(--font)" },
  ".cm-textfield": {
    color: "inherit",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--border)",
    borderRadius: "4px",
  },
  ".cm-button": {
    color: "inherit",
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--border)",
    borderRadius: "4px",
    "&:active": { backgroundImage: "none", backgroundColor: "var(--surface-hover)" },
  },
  ".cm-textfield:focus-visible, .cm-button:focus-visible, input:focus-visible": {
    outline: "2px solid var(--focus)",
  },
  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--border)",
    borderRadius: "6px",
    boxShadow: "var(--shadow-large)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-code)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--accent-text)",
    backgroundColor: "var(--accent)",
  },
  ".cm-tooltip-lint": { maxWidth: "min(56ch, 92vw)" },
  ".cm-diagnostic": { padding: "6px 10px" },
  ".cm-diagnosticText": { display: "block" },
  ".cm-diagnosticAction": {
    margin: "4px 8px 2px 0",
    padding: "3px 8px",
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--border)",
    borderRadius: "4px",
    "&:hover": { backgroundColor: "var(--surface-hover)" },
    "&:focus-visible": { outline: "2px solid var(--focus)" },
  },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.75" },
  ".cm-hover": { maxWidth: "60ch", padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".cm-lint-marker": {
    width: "1em",
    height: "1em",
    color: "var(--surface)",
    fontSize: "0.8em",
    fontWeight: "bold",
    lineHeight: "1",
    textAlign: "center",
  },
  ...lintRanges,
  ...lintMarkers,
  ...lintMarkerLetters,
  ...lintListEntries,
  ...lineHighlights,
});
