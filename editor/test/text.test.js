import assert from "node:assert/strict";
import { test } from "node:test";

import { Text } from "@codemirror/state";

import { minimalChange } from "../src/diff.js";
import { hold, inside, outside, outsideText } from "../src/lines.js";

const apply = (text, { from, to, insert }) => text.slice(0, from) + insert + text.slice(to);

test("a minimal change touches only what differs", () => {
  assert.equal(minimalChange("same", "same"), null);
  assert.deepEqual(minimalChange('{"a": 1}', '{"a": 12}'), { from: 7, to: 7, insert: "2" });
  assert.deepEqual(minimalChange("aaa", "aa"), { from: 2, to: 3, insert: "" });
  assert.deepEqual(minimalChange("", "new"), { from: 0, to: 0, insert: "new" });
});

test("a minimal change gives the new text and cuts no surrogate pair", () => {
  const texts = ["", "a", "aa", "😀", "😁", "😀😁", "a😀b", "a😁b", "\ud83d", "x😀", "😀x"];
  for (const before of texts) {
    for (const after of texts.filter((one) => one !== before)) {
      const change = minimalChange(before, after);
      assert.equal(apply(before, change), after, `${before} to ${after}`);
    }
  }
  assert.deepEqual(minimalChange("a😀b", "a😁b"), { from: 1, to: 3, insert: "😁" });
  assert.deepEqual(minimalChange("\ud83d\ude00", "\ud83c\ude00"), { from: 0, to: 2, insert: "\ud83c\ude00" });
});

test("only a text that ends every line with \\r\\n is held without \\r", () => {
  assert.deepEqual(hold("a\r\nb\r\n"), { crlf: true, held: "a\nb\n" });
  assert.deepEqual(hold("\r\n\r\n"), { crlf: true, held: "\n\n" });
  for (const text of ["a\nb", "a\r\nb\n", "\n\r\n", "a\rb\r\n", "a\r\r\n", "none"]) {
    assert.deepEqual(hold(text), { crlf: false, held: text });
  }
});

test("offsets go out and come back", () => {
  const text = "ab\r\n\r\nc😀\r\n";
  const { crlf, held } = hold(text);
  const doc = Text.of(held.split("\n"));
  assert.equal(outsideText(doc, crlf), text);
  for (let position = 0; position <= doc.length; position += 1) {
    const offset = outside(doc, crlf, position);
    assert.equal(text.slice(0, offset).replaceAll("\r\n", "\n"), held.slice(0, position));
    assert.equal(inside(doc, crlf, offset), position);
  }
  assert.equal(inside(doc, crlf, 3), 2, "between \\r and \\n is the line's end");
  assert.equal(inside(doc, crlf, 999), doc.length);
  assert.equal(inside(doc, false, -1), 0);
});
