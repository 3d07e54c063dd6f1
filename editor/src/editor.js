// The code editor: CodeMirror 6 in a shadow root, behind a small handle.
//
// All offsets, in both directions, are UTF-16 code units into the text, as JavaScript counts them; whoever calls from
// Rust converts. A "\r\n" counts as two, although CodeMirror itself counts it as one (see lines.js).

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import {
  defaultKeymap, history, historyKeymap, indentWithTab, redo, redoDepth, undo, undoDepth,
} from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting,
} from "@codemirror/language";
import { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, Transaction } from "@codemirror/state";
import {
  crosshairCursor, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars,
  hoverTooltip, keymap, lineNumbers, rectangularSelection,
} from "@codemirror/view";

import { minimalChange } from "./diff.js";
import { highlights, setHighlights } from "./highlights.js";
import { hold, inside, outside, outsideText } from "./lines.js";
import { editorTheme, highlightStyle } from "./theme.js";

const languages = { json, yaml };

/** Marks what came through the handle, so that it isn't reported back as if the person had typed it. */
const fromOutside = Annotation.define();

/**
 * Creates an editor inside `host`, which gets a shadow root.
 *
 * @param {HTMLElement} host
 * @param {object} [options]
 * @param {string} [options.text] the document at the start
 * @param {"json" | "yaml"} [options.language] "json" unless told otherwise
 * @param {string} [options.label] the accessible name
 * @param {boolean} [options.dark]
 * @param {boolean} [options.readOnly]
 * @param {boolean} [options.tabLeaves] Tab goes on to the next control, as in other fields of a form; it indents otherwise
 * @param {number} [options.indent] blanks for each level, 2 unless told otherwise
 * @param {(text: string, changes: {from: number, to: number, insert: string}[]) => void} [options.onChange]
 *   the person changed the text: the new text, and the changed ranges as offsets into the old text, ascending.
 *   Not called for `setText`.
 * @param {(from: number, to: number) => void} [options.onSelection]
 *   the person moved the main selection. Not called for `select` and `setText`.
 * @param {() => void} [options.onFocus]
 * @param {() => void} [options.onBlur]
 * @param {() => void} [options.onUndo] with `onRedo`: the page keeps the history, the editor keeps none of its own
 * @param {() => void} [options.onRedo]
 * @param {boolean} [options.keepsDrafts] with `onUndo` and `onRedo`: what has not reached the page yet is taken back
 *   here, and the page is asked when nothing is left; `forgetHistory` says when the page has it all
 * @param {(index: number, fix: number) => void} [options.onFix] the person chose a fix of a diagnostic
 * @param {(offset: number, isReference: boolean) => void} [options.onGoTo]
 *   the person asked for what is named at the place, or for the next place that names it
 * @param {(text: string, offset: number, explicit: boolean) => Completion[] | Completions | null |
 *   Promise<Completion[] | Completions | null>} [options.complete]
 *   what may stand at `offset`. A plain list replaces the word before the offset; `{from, to, options}` names the range.
 *   A completion is `{label, detail?, info?, apply?, type?, boost?}`, `apply` being the text to insert.
 * @param {(text: string, offset: number) => Hover | null | Promise<Hover | null>} [options.hover]
 *   what to tell about the place: `{from, to, text, title?}`, plain text
 */
export function create(host, given = {}) {
  // What was begun before an editor was removed may end afterwards: by then nobody is there to be asked or told.
  let isThere = true;
  const options = { ...given };
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") {
      options[name] = (...words) => (isThere ? value(...words) : undefined);
    }
  }
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const language = new Compartment();
  const theme = new Compartment();
  const readOnly = new Compartment();
  const past = new Compartment();

  const languageOf = (name) => (languages[name] ?? json)();
  const themeOf = (dark) => EditorView.theme({}, { dark: Boolean(dark) });
  const readOnlyOf = (on) => EditorState.readOnly.of(Boolean(on));

  // Whether the last change was one of the history.
  let isTravel = false;
  const start = hold(options.text ?? "");
  const text = {
    crlf: start.crlf,
    whole: (doc) => outsideText(doc, text.crlf),
    inside: (doc, offset) => inside(doc, text.crlf, offset),
    outside: (doc, position) => outside(doc, text.crlf, position),
  };

  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: start.held,
      extensions: [
        EditorState.lineSeparator.of("\n"),
        lineNumbers(),
        foldGutter({ markerDOM: foldMarker }),
        codeFolding(),
        lintGutter(),
        highlightSpecialChars(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSelectionMatches(),
        highlights,
        drawSelection(),
        rectangularSelection(),
        crosshairCursor(),
        EditorState.allowMultipleSelections.of(true),
        indentUnit.of(" ".repeat(options.indent ?? 2)),
        EditorState.tabSize.of(options.indent ?? 2),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        search({ top: true }),
        syntaxHighlighting(highlightStyle),
        past.of(historyOf(options)),
        completionOf(options, text),
        hoverOf(options, text),
        keymap.of([
          { key: "Tab", run: acceptCompletion },
          { key: "F12", run: goTo(options, text, false) },
          { key: "Shift-F12", run: goTo(options, text, true) },
          ...closeBracketsKeymap,
          ...searchKeymap,
          ...foldKeymap,
          ...completionKeymap,
          ...lintKeymap,
          // Ctrl+Enter is the page's: it runs the workflow.
          ...defaultKeymap.filter((binding) => binding.key !== "Mod-Enter"),
          ...(options.tabLeaves ? [] : [indentWithTab]),
        ]),
        EditorView.contentAttributes.of({ "aria-label": options.label ?? "Code", spellcheck: "false", tabindex: "0" }),
        EditorView.domEventHandlers({ beforeinput: replaceSelection }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            isTravel = update.transactions.some((one) => one.isUserEvent("undo") || one.isUserEvent("redo"));
          }
          report(update, options, text);
        }),
        editorTheme,
        language.of(languageOf(options.language)),
        theme.of(themeOf(options.dark)),
        readOnly.of(readOnlyOf(options.readOnly)),
      ],
    }),
  });

  // The diagnostics that are shown, and the position of each in the list that was given.
  let marks = new Map();
  const rangeInside = (range) => {
    const from = text.inside(view.state.doc, range.from);
    return { ...range, from, to: Math.max(from, text.inside(view.state.doc, range.to)) };
  };

  return {
    /** Replaces the text, touching only what differs, so that cursor, folds and scroll position stay. */
    setText(next) {
      const { crlf, held } = hold(next);
      text.crlf = crlf;
      const changes = minimalChange(view.state.doc.toString(), held);
      if (changes) {
        view.dispatch({ changes, annotations: [fromOutside.of(true), Transaction.addToHistory.of(false)] });
      }
    },
    /** Replaces a part of a text of some length, which has no CRLF. Answers whether it is the text that is held. */
    replacePart(from, to, insert, length) {
      if (text.crlf || view.state.doc.length !== length) {
        return false;
      }
      const annotations = [fromOutside.of(true), Transaction.addToHistory.of(false)];
      view.dispatch({ changes: { from, to, insert }, annotations });
      return true;
    },
    text() {
      return text.whole(view.state.doc);
    },
    /** Shows squiggles and gutter marks: `{from, to, severity: "error" | "warning" | "info" | "hint", message,
     * fixes?: string[]}`, `fixes` being the titles of what `onFix` can do about it. */
    setDiagnostics(diagnostics) {
      const shown = diagnostics.map(({ fixes, ...mark }, index) => {
        const actions = fixes?.map((name, fix) => ({ name, apply: () => options.onFix?.(index, fix) }));
        return { ...rangeInside(mark), actions };
      });
      marks = new Map(shown.map((mark, index) => [mark, index]));
      view.dispatch(setDiagnostics(view.state, shown));
    },
    /** The same diagnostics as before at these places: from and to of each. They move with the text by themselves, so
     * most often there is nothing to do. */
    moveDiagnostics(places) {
      let inPlace = 0;
      forEachDiagnostic(view.state, (mark, from, to) => {
        const index = marks.get(mark);
        inPlace += places[2 * index] === from && places[2 * index + 1] === to;
      });
      if (inPlace === marks.size) {
        return;
      }
      const moved = [...marks.keys()].map((mark, index) => {
        return rangeInside({ ...mark, from: places[2 * index], to: places[2 * index + 1] });
      });
      marks = new Map(moved.map((mark, index) => [mark, index]));
      view.dispatch(setDiagnostics(view.state, moved));
    },
    /** Tints lines: `{from, to, kind}`, kind being "selected", "running", "paused", "failed" or "changed". */
    setHighlights(ranges) {
      view.dispatch({ effects: setHighlights.of(ranges.map(rangeInside)) });
    },
    /** Selects a range and scrolls it into view, without taking the focus. */
    select(from, to = from) {
      const anchor = text.inside(view.state.doc, from);
      view.dispatch({
        selection: { anchor, head: text.inside(view.state.doc, to) },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
        annotations: fromOutside.of(true),
      });
    },
    /** The page keeps the text that stands here: undo begins with it. */
    forgetHistory() {
      // What was just taken back or brought again has the rest of it before and behind it.
      if (undoDepth(view.state) + redoDepth(view.state) > 0 && !isTravel) {
        view.dispatch({ effects: past.reconfigure([]) });
        view.dispatch({ effects: past.reconfigure(historyOf(options)) });
      }
    },
    /** The main selection: `{from, to}`. */
    selection() {
      return selectionOf(view.state, text);
    },
    focus() {
      view.focus();
    },
    setTheme(dark) {
      view.dispatch({ effects: theme.reconfigure(themeOf(dark)) });
    },
    setLanguage(name) {
      view.dispatch({ effects: language.reconfigure(languageOf(name)) });
    },
    setReadOnly(on) {
      view.dispatch({ effects: readOnly.reconfigure(readOnlyOf(on)) });
    },
    /** Removes the editor. The host keeps its (empty) shadow root, and a new editor may be created in it. */
    destroy() {
      isThere = false;
      view.destroy();
    },
  };
}

function report(update, options, text) {
  const outside = update.transactions.some((one) => one.annotation(fromOutside));
  if (update.docChanged && !outside) {
    const before = update.startState.doc;
    const changes = [];
    update.changes.iterChanges((from, to, _newFrom, _newTo, insert) => {
      changes.push({ from: text.outside(before, from), to: text.outside(before, to), insert: text.whole(insert) });
    });
    options.onChange?.(text.whole(update.state.doc), changes);
  }
  if (update.selectionSet && !outside) {
    const { from, to } = selectionOf(update.state, text);
    options.onSelection?.(from, to);
  }
  if (update.focusChanged) {
    (update.view.hasFocus ? options.onFocus : options.onBlur)?.();
  }
}

function goTo({ onGoTo }, text, isReference) {
  return (view) => {
    onGoTo?.(text.outside(view.state.doc, view.state.selection.main.head), isReference);
    return Boolean(onGoTo);
  };
}

function selectionOf(state, text) {
  const { from, to } = state.selection.main;
  return { from: text.outside(state.doc, from), to: text.outside(state.doc, to) };
}

function historyOf({ onUndo, onRedo, keepsDrafts }) {
  if (!onUndo || !onRedo) {
    return [history(), keymap.of(historyKeymap)];
  }
  const travel = (own, outer) => (view) => (keepsDrafts && own(view)) || (outer(), true);
  const keys = keymap.of([
    { key: "Mod-z", run: travel(undo, onUndo), preventDefault: true },
    { key: "Mod-Shift-z", run: travel(redo, onRedo), preventDefault: true },
    { key: "Mod-y", run: travel(redo, onRedo), preventDefault: true },
  ]);
  return keepsDrafts ? [history(), keys] : keys;
}

function completionOf({ complete }, text) {
  if (!complete) {
    return [];
  }
  const source = async (context) => {
    const doc = context.state.doc;
    const answer = await complete(text.whole(doc), text.outside(doc, context.pos), context.explicit);
    if (!answer || context.aborted) {
      return null;
    }
    if (!Array.isArray(answer)) {
      const { from, to = text.outside(doc, context.pos), options } = answer;
      return options?.length ? { from: text.inside(doc, from), to: text.inside(doc, to), options } : null;
    }
    const from = context.matchBefore(/[\w$.:-]+/)?.from ?? context.pos;
    return answer.length ? { from, options: answer, validFor: /^[\w$.:-]*$/ } : null;
  };
  return autocompletion({ override: [source] });
}

function hoverOf({ hover }, text) {
  if (!hover) {
    return [];
  }
  return hoverTooltip(async ({ state: { doc } }, position) => {
    const answer = await hover(text.whole(doc), text.outside(doc, position));
    if (!answer) {
      return null;
    }
    return {
      pos: text.inside(doc, answer.from),
      end: text.inside(doc, answer.to),
      create() {
        const dom = document.createElement("div");
        dom.className = "cm-hover";
        if (answer.title) {
          const title = dom.appendChild(document.createElement("strong"));
          title.textContent = answer.title;
        }
        const body = dom.appendChild(document.createElement("div"));
        body.textContent = answer.text;
        return { dom };
      },
    };
  });
}

function foldMarker(open) {
  const marker = document.createElement("span");
  marker.className = open ? "cm-fold-open" : "cm-fold-closed";
  marker.title = open ? "Fold" : "Unfold";
  marker.textContent = open ? "⌄" : "›";
  return marker;
}

/**
 * Types over a selection without the browser's help: Chromium would keep the colour of the replaced text in a style
 * attribute, which the content security policy forbids.
 */
function replaceSelection(event, view) {
  const { main } = view.state.selection;
  if (event.inputType !== "insertText" || event.data === null || event.isComposing || main.empty || !event.cancelable) {
    return false;
  }
  const typed = () => view.state.update(view.state.replaceSelection(event.data), {
    userEvent: "input.type",
    scrollIntoView: true,
  });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, main.from, main.to, event.data, typed))) {
    view.dispatch(typed());
  }
  event.preventDefault();
  return true;
}
