//! What hands can do, and how a page is found its way in, whatever the hands.

use e2e::Page;
use fantoccini::key::Key;
use serde_json::{Value, json};

/// Something of the palette: what is searched for, and the title of the hit that is meant.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    pub search: &'static str,
    pub title: &'static str,
}

/// Where a block goes, by the names of states.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    InPlaceOf(&'static str),
    Before(&'static str),
    After(&'static str),
    Between(&'static str, &'static str),
}

/// A control of the inspector: its place by sections (`#errors`), fields (`Retry`) and variables (`$total`), and what it
/// is there.
#[derive(Clone, Debug)]
pub struct Control {
    path: Vec<String>,
    kind: &'static str,
    name: String,
}

impl Control {
    pub fn text(path: &[&str]) -> Self {
        Self::of(path, "input:not([type=checkbox]), textarea:not(.code-fallback)", "")
    }

    pub fn code(path: &[&str]) -> Self {
        Self::of(path, ".code-host.ready", "")
    }

    /// The value of a variable in a table.
    pub fn value(path: &[&str]) -> Self {
        Self::of(path, ".form-table-value textarea", "")
    }

    pub fn list(path: &[&str]) -> Self {
        Self::of(path, "select", "")
    }

    /// A button by its name.
    pub fn button(path: &[&str], name: &str) -> Self {
        Self::of(path, "button", name)
    }

    /// The button that adds a field.
    pub fn add(path: &[&str], field: &str) -> Self {
        Self::button(path, &format!("Add {field}"))
    }

    fn of(path: &[&str], kind: &'static str, name: &str) -> Self {
        Self { path: path.iter().map(|step| (*step).to_owned()).collect(), kind, name: name.to_owned() }
    }

    /// A JavaScript expression for the element; null while it isn't there.
    pub fn element(&self) -> String {
        format!(
            "(() => {{
                const kinds = {{ '#': 'section', '$': 'variable' }};
                const selector = (step) => step[0] in kinds
                    ? `[data-${{kinds[step[0]]}}=\"${{step.slice(1)}}\"]`
                    : `[data-field=\"${{step}}\"]`;
                const place = {path}.reduce((place, step) => place?.querySelector(selector(step)), document.querySelector('.inspector'));
                const name = {name};
                const nameOf = (one) => one.getAttribute('aria-label') ?? one.innerText.trim();
                return [...place?.querySelectorAll('{kind}') ?? []]
                    .find((one) => one.checkVisibility() && (name === '' || nameOf(one) === name)) ?? null;
            }})()",
            path = json!(self.path),
            name = json!(self.name),
            kind = self.kind,
        )
    }
}

/// A way of using the page. Each step ends when the page has done what it is about.
pub trait Hands {
    fn page(&self) -> &Page;
    /// Opens an empty workflow, and its form.
    fn begin(&self);
    /// Adds a block, which is selected then.
    fn put(&self, block: Block, place: Place);
    /// Gives the selected state a name.
    fn name(&self, name: &str);
    fn select(&self, name: &str);
    /// Leads the errors of a state to another one.
    fn catch(&self, from: &str, to: &str);
    /// Leads the errors of a state to a Fail state that is made for them.
    fn catch_in_new_fail(&self, from: &str, name: &str);
    fn lead_first_rule(&self, from: &str, to: &str);
    fn press(&self, control: &Control);
    /// Replaces the text of a field. A line break at the end is Enter.
    fn fill(&self, control: &Control, text: &str);
    /// Chooses what a list calls so.
    fn choose(&self, control: &Control, option: &str);
    fn write_json(&self, control: &Control, text: &str);
    /// Opens the first item of a list, if it isn't open.
    fn open_first(&self, list: &[&str]);
}

/// Waits until the definition has all lines of a text, wherever they are.
pub fn wait_for_lines(page: &Page, text: &str) {
    page.until(text, || {
        let definition = page.kept_definition();
        text.lines().all(|line| definition.contains(line.trim())).then_some(())
    });
}

/// Waits until what was changed last is kept.
pub fn settle(page: &Page) {
    let mut before = String::new();
    let mut same = 0;
    page.until("the definition to be kept", || {
        let now = page.kept_definition();
        same = if now == before { same + 1 } else { 0 };
        before = now;
        // It is kept a third of a second after it was changed.
        (same > 20).then_some(())
    });
}

pub fn node(name: &str) -> String {
    format!("g.node[data-name='{name}']")
}

pub fn wait_for_selected(page: &Page, name: &str) {
    page.wait_for(&format!("{}.selected", node(name)));
    page.wait_for_value(
        "return document.querySelector('.inspector .form-title')?.value ?? null",
        &json!(name),
    );
}

/// Waits until a state is selected that was not there before, and answers its name.
pub fn wait_for_new(page: &Page, before: &[String]) -> String {
    let script = "return [...document.querySelectorAll('g.node.selected')].map((node) => node.dataset.name)";
    page.until("a new state to be selected", || {
        let selected = strings(&page.script(script));
        selected.into_iter().find(|name| !before.contains(name))
    })
}

/// The names of all states, in the order of execution.
pub fn names(page: &Page) -> Vec<String> {
    strings(&page.script("return [...document.querySelectorAll('g.node')].map((node) => node.dataset.name)"))
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Waits for a value that is a point.
pub fn point(page: &Page, what: &str, script: &str) -> (f64, f64) {
    let found = page.until(what, || Some(page.script(script)).filter(Value::is_array));
    (found[0].as_f64().expect("a coordinate"), found[1].as_f64().expect("a coordinate"))
}

/// A point of a state's card, from top (0) to bottom (1); left of the middle, where its ports are not.
pub fn on_node(page: &Page, name: &str, along: f64) -> (f64, f64) {
    let script = format!(
        "const rect = document.querySelector(\"{} .node-card\")?.getBoundingClientRect();
         return rect ? [rect.x + rect.width * 0.3, rect.y + rect.height * {along}] : null",
        node(name)
    );
    point(page, name, &script)
}

/// Where a pointer lets go of a block, and what the page then says beside it.
pub fn target(page: &Page, place: Place) -> ((f64, f64), String) {
    match place {
        Place::InPlaceOf(name) => (on_node(page, name, 0.5), format!("In the place of {name}")),
        Place::Before(name) => (on_node(page, name, 0.1), format!("Before {name}")),
        Place::After(name) => (on_node(page, name, 0.9), format!("After {name}")),
        Place::Between(above, below) => {
            let ((x, top), (_, bottom)) = (on_node(page, above, 1.0), on_node(page, below, 0.0));
            ((x, (top + bottom) / 2.0), format!("Between {above} and {below}"))
        }
    }
}

/// The middle of an element, once it is there.
pub fn middle(page: &Page, what: &str, element: &str) -> (f64, f64) {
    let script = format!(
        "const rect = {element}?.getBoundingClientRect();
         return rect?.width ? [rect.x + rect.width / 2, rect.y + rect.height / 2] : null"
    );
    point(page, what, &script)
}

/// The row of the palette with a title, or a part of it.
pub fn row(title: &str, part: &str) -> String {
    format!(
        "[...document.querySelectorAll('.block-item')]
            .find((item) => item.querySelector('.block-title').textContent === '{title}')?.querySelector('{part}')"
    )
}

/// Waits until the states have glided to their places.
pub fn wait_for_rest(page: &Page) {
    page.wait_until_gone(".viewport.settling");
    page.settle();
}

/// Replaces what is marked in the field that has the focus.
pub fn insert(page: &Page, text: &str) {
    let (text, is_entered) = text.strip_suffix('\n').map_or((text, false), |text| (text, true));
    page.devtools("Input.insertText", json!({ "text": text }));
    if is_entered {
        page.press(&[], Key::Enter.into());
    }
}

/// Chooses in a list, which is the browser's own and lies outside of the page.
pub fn choose(page: &Page, control: &Control, option: &str) {
    page.script(&format!("{}.dataset.chosen = ''", control.element()));
    page.click("select[data-chosen]");
    let option = format!(
        "const list = document.querySelector('select[data-chosen]');
         delete list.dataset.chosen;
         const option = [...list.options].find((one) => one.text === {});
         return option ? list.value !== option.value && (option.dataset.chosen = 'yes') : null",
        json!(option)
    );
    page.until("the option", || Some(page.script(&option)).filter(|found| !found.is_null()));
    page.click("option[data-chosen=yes]");
}

/// The button that opens the first item of a list, unless it is open.
pub fn closed_first(page: &Page, list: &[&str]) -> Option<Control> {
    let toggle = Control::of(list, ".form-item-toggle", "");
    let script = format!("return {}?.getAttribute('aria-expanded') ?? null", toggle.element());
    let is_open = page.until("the list", || Some(page.script(&script)).filter(|found| !found.is_null()));
    (is_open == json!("false")).then_some(toggle)
}

/// Brings a control of the inspector into sight, and answers where it is once it rests. `scroll` is told a point of the
/// inspector beside its controls, and how far to go down.
pub fn bring_into_sight(page: &Page, control: &Control, scroll: impl Fn((f64, f64), f64)) -> (f64, f64) {
    let script = format!(
        "const element = {};
         if (!element) return null;
         const seen = document.querySelector('#tab-inspector-panel').getBoundingClientRect();
         const rect = element.getBoundingClientRect();
         const x = rect.x + rect.width / 2, y = rect.y + Math.min(rect.height, 60) / 2;
         const isSeen = y > seen.top && y < seen.bottom && element.contains(document.elementFromPoint(x, y));
         const away = isSeen ? 0 : y - (seen.top + seen.bottom) / 2;
         return [x, y, away, seen.x + 11, (seen.top + seen.bottom) / 2]",
        control.element()
    );
    let mut before = None;
    page.until(&format!("{control:?} in sight"), || {
        let found = page.script(&script);
        let number = |at: usize| found.get(at).and_then(Value::as_f64);
        let (x, y, away) = (number(0)?, number(1)?, number(2)?);
        if away != 0.0 {
            scroll((number(3)?, number(4)?), away);
            before = None;
            return None;
        }
        // Scrolling glides, and forms change a moment after what they show: it has ended when a control stays where it was
        // for some frames.
        let rests = before == Some((x, y));
        before = Some((x, y));
        if !rests {
            page.settle();
        }
        rests.then_some((x, y))
    })
}

/// Does what clicks a control, and waits until it is clicked: a tap is a click only a while after the finger is gone.
pub fn wait_for_click(page: &Page, control: &Control, click: impl Fn()) {
    page.script(&format!(
        "window.__clicked = false;
         window.__click?.abort();
         window.__click = new AbortController();
         addEventListener('click', (event) => {{ window.__clicked ||= {}?.contains(event.target) ?? false }},
             {{ capture: true, signal: window.__click.signal }});",
        control.element()
    ));
    click();
    page.until(&format!("a click on {control:?}"), || {
        (page.script("return window.__clicked") == json!(true)).then_some(())
    });
    page.settle();
}
