//! The code editor's module by itself, under a content security policy as strict as the site's.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use e2e::{Page, Site};
use fantoccini::key::Key;
use serde_json::{Value, json};

const PAGE: &str = "<!doctype html><html lang=en><meta charset=utf-8>
    <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'\">
    <link rel=icon href=./icon.svg><link rel=stylesheet href=./page.css><title>Editor</title>
    <button id=before>Before</button><div id=host></div><button id=after>After</button>
    <script type=module src=./page.js></script>";

const ICON: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

const STYLE: &str = ":root { --code-string: rgb(1, 2, 3); --focus: blue; --running-soft: lightblue } #host { height: 300px; width: 600px; display: block }";

/// Keeps what the editor reports in `window.reports`, and answers its questions.
const SCRIPT: &str = r##"
    import { create } from "./editor.js";
    window.reports = [];
    const note = (kind) => (...values) => reports.push([kind, ...values]);
    window.start = (options = {}) => {
        window.editor?.destroy();
        reports.length = 0;
        window.editor = create(document.querySelector("#host"), {
            text: '{\n  "a": "one"\n}\n',
            label: "Definition",
            onChange: note("change"),
            onSelection: note("selection"),
            complete: (text, offset, explicit) => {
                note("complete")(offset, explicit);
                return [{ label: "StartAt", detail: "field", apply: "StartAt", type: "property" }];
            },
            hover: (text, offset) => ({ from: offset, to: offset + 1, title: "Told", text: `offset ${offset}` }),
            ...options,
        });
        window.inEditor = (selector) => document.querySelector("#host").shadowRoot.querySelectorAll(selector);
        editor.focus();
    };
    start();
"##;

/// A folder with the page, removed when the test ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // The system clears its temporary folder anyway.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(name: &str) -> (Page, Folder) {
    let folder = Folder(std::env::temp_dir().join(format!("stepglass-editor-{name}-{}", std::process::id())));
    fs::create_dir_all(&folder.0).expect("a temporary folder");
    let bundle = e2e::workspace().join("target/editor/editor.js");
    fs::copy(&bundle, folder.0.join("editor.js")).unwrap_or_else(|error| {
        panic!("{}: {error} (run `node editor/build.mjs` first)", bundle.display());
    });
    for (name, text) in [("index.html", PAGE), ("page.css", STYLE), ("page.js", SCRIPT), ("icon.svg", ICON)] {
        fs::write(folder.0.join(name), text).expect("a file of the page");
    }
    let page = Page::blank(Site::of(folder.0.clone()));
    page.go("");
    page.wait_for_value("return Boolean(window.editor)", &json!(true));
    (page, folder)
}

fn reports(page: &Page, kind: &str) -> Vec<Value> {
    let Value::Array(reports) = page.script("return window.reports.splice(0)") else { panic!("no reports") };
    let mut reports: Vec<Value> = reports.into_iter().filter(|report| report[0] == kind).collect();
    for report in &mut reports {
        report.as_array_mut().expect("a kind and its values").remove(0);
    }
    reports
}

#[test]
fn typing_is_reported_as_the_smallest_change() {
    let (page, _folder) = open("typing");
    page.script("editor.select(11, 12)");
    assert_eq!(
        reports(&page, "selection"),
        Vec::<Value>::new(),
        "what came from outside is not reported back"
    );
    page.keys("X");
    assert_eq!(
        reports(&page, "change"),
        [json!(["{\n  \"a\": \"oXe\"\n}\n", [{ "from": 11, "to": 12, "insert": "X" }]])]
    );
    page.press(&[Key::Shift], Key::Left.into());
    assert_eq!(reports(&page, "selection"), [json!([11, 12])]);
    page.press(&[Key::Control], 'z');
    assert_eq!(page.script("return editor.text()"), "{\n  \"a\": \"one\"\n}\n");
    page.assert_clean();
}

#[test]
fn a_text_from_outside_keeps_the_cursor_and_is_not_reported() {
    let (page, _folder) = open("outside");
    page.script("editor.select(12)");
    page.script(r#"editor.setText('{\n  "longer": "one"\n}\n')"#);
    assert_eq!(page.script("return editor.selection()"), json!({ "from": 17, "to": 17 }));
    assert_eq!(reports(&page, "change"), Vec::<Value>::new());
    page.keys("!");
    assert_eq!(page.script("return editor.text()"), "{\n  \"longer\": \"on!e\"\n}\n");
    page.press(&[Key::Control], 'z');
    page.press(&[Key::Control], 'z');
    let text = page.script("return editor.text()");
    assert_eq!(
        text, "{\n  \"longer\": \"one\"\n}\n",
        "undo takes back what was typed, not what came from outside"
    );
    page.assert_clean();
}

#[test]
fn windows_line_ends_survive_and_offsets_count_them() {
    let (page, _folder) = open("crlf");
    page.script(r#"start({ text: '{\r\n  "a": 1\r\n}\r\n' })"#);
    page.script("editor.select(11)");
    page.keys("2");
    assert_eq!(
        reports(&page, "change"),
        [json!(["{\r\n  \"a\": 12\r\n}\r\n", [{ "from": 11, "to": 11, "insert": "2" }]])]
    );
    page.press(&[], Key::Enter.into());
    let text = page.script("return editor.text()");
    assert_eq!(text.as_str().unwrap().matches('\n').count(), text.as_str().unwrap().matches("\r\n").count());
    page.assert_clean();
}

#[test]
fn problems_completions_and_hovers_come_from_outside() {
    let (page, _folder) = open("outside-help");
    page.script(
        "editor.setDiagnostics([{ from: 9, to: 14, severity: 'error', message: 'Wrong' },
            { from: 0, to: 9999, severity: 'warning', message: 'Long' }])",
    );
    page.wait_for_value("return inEditor('.cm-lintRange-error').length > 0", &json!(true));
    page.wait_for_value("return inEditor('.cm-lint-marker-error').length", &json!(1));
    page.script("editor.setHighlights([{ from: 2, to: 5, kind: 'running' }])");
    page.wait_for_value("return inEditor('.cm-line.cm-highlight-running').length", &json!(1));

    page.script("editor.select(1)");
    page.press(&[Key::Control], ' ');
    page.wait_for_value(
        "return inEditor('.cm-tooltip-autocomplete li')[0]?.textContent",
        &json!("StartAtfield"),
    );
    // For its first 75 ms CodeMirror takes no choice, so that nobody takes by accident what has just appeared.
    page.pause(Duration::from_millis(200));
    page.press(&[], Key::Enter.into());
    page.wait_for_value("return editor.text().split('\\n')[0]", &json!("{StartAt"));

    page.script("start()");
    let place = page.script(
        "const box = inEditor('.cm-line')[1].getBoundingClientRect(); return [box.left + 40, box.top + 8]",
    );
    let place = (place[0].as_f64().unwrap(), place[1].as_f64().unwrap());
    page.hover(place);
    page.wait_for_value("return inEditor('.cm-hover strong')[0]?.textContent", &json!("Told"));
    page.assert_clean();
}

#[test]
fn colours_are_the_pages_and_the_theme_can_change() {
    let (page, _folder) = open("colours");
    let colour = "const all = [...inEditor('.cm-line span')].filter((one) => one.textContent === '\"one\"');
        return all.length > 0 ? getComputedStyle(all[0]).color : null";
    page.wait_for_value(colour, &json!("rgb(1, 2, 3)"));
    page.script("editor.setTheme(true)");
    page.wait_for_value(colour, &json!("rgb(1, 2, 3)"));
    page.script("editor.setLanguage('yaml'); editor.setText('a: \"one\" # why')");
    page.wait_for_value(colour, &json!("rgb(1, 2, 3)"));
    page.script("editor.setReadOnly(true)");
    page.keys("typed");
    assert_eq!(page.script("return editor.text()"), "a: \"one\" # why");
    page.press(&[Key::Control], 'f');
    page.wait_for_value("return inEditor('.cm-search').length", &json!(1));
    page.assert_clean();
}

#[test]
fn the_keyboard_gets_in_and_out() {
    let (page, _folder) = open("keyboard");
    let focus = "return document.activeElement.id";
    assert_eq!(page.script(focus), "host");
    let content = "const [content] = inEditor('.cm-content'); return [content.role, content.ariaLabel]";
    assert_eq!(page.script(content), json!(["textbox", "Definition"]));
    page.press(&[], Key::Tab.into());
    assert_eq!(page.script(focus), "host", "Tab indents");
    page.press(&[], Key::Escape.into());
    page.press(&[], Key::Tab.into());
    assert_eq!(page.script(focus), "after", "after Escape, Tab leaves");
    page.script("editor.destroy()");
    assert_eq!(page.script("return inEditor('*').length"), 0);
    page.script("start({ text: 'again' })");
    assert_eq!(page.script("return editor.text()"), "again");
    page.assert_clean();
}

#[test]
fn a_page_with_its_own_history_gets_undo_and_redo() {
    let (page, _folder) = open("history");
    page.script("start({ onUndo: () => reports.push(['undo']), onRedo: () => reports.push(['redo']) })");
    page.keys("x");
    page.script("reports.length = 0");
    page.press(&[Key::Control], 'z');
    page.press(&[Key::Control, Key::Shift], 'z');
    page.press(&[Key::Control], 'y');
    let kinds =
        page.script("return reports.map((report) => report[0]).filter((kind) => kind !== 'complete')");
    assert_eq!(kinds, json!(["undo", "redo", "redo"]));
    page.assert_clean();
}
