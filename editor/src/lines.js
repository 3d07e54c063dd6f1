// CodeMirror counts a line end as one character. A text whose line ends are all "\r\n" is therefore held with "\n", and
// its offsets are translated at the editor's edge, so that "\r\n" survives editing. Any other text is held as it is.

/** `{crlf, held}`: whether the text's line ends are all "\r\n", and the text as the editor holds it. */
export function hold(text) {
  const crlf = text.includes("\r\n") && !/(^|[^\r])\n|\r(?!\n)/.test(text);
  return { crlf, held: crlf ? text.replaceAll("\r\n", "\n") : text };
}

/** The text as it is outside. */
export function outsideText(doc, crlf) {
  return doc.sliceString(0, doc.length, crlf ? "\r\n" : "\n");
}

/** An offset of the held document as an offset of the text outside. */
export function outside(doc, crlf, position) {
  return crlf ? position + doc.lineAt(position).number - 1 : position;
}

/** An offset of the text outside as one of the held document; what is out of range moves to the nearest end. */
export function inside(doc, crlf, offset) {
  const bounded = Math.max(0, offset);
  if (!crlf) {
    return Math.min(bounded, doc.length);
  }
  let low = 1;
  let high = doc.lines;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (doc.line(middle).from + middle - 1 <= bounded) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return Math.min(bounded - (low - 1), doc.line(low).to);
}
