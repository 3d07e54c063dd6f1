//! With the keyboard alone: shortcuts, arrow keys, Tab, and typing.

use e2e::Page;
use fantoccini::key::Key;
use serde_json::json;

use crate::hands::{self, Block, Control, Hands, Place};

pub struct Keyboard<'p>(pub &'p Page);

impl Keyboard<'_> {
    fn wait_for_focus(&self, name: &str) {
        self.0.wait_for_value("return document.activeElement?.dataset.name ?? null", &json!(name));
    }

    fn press(&self, key: Key) {
        self.0.press(&[], key.into());
    }

    /// Tabs through the inspector until a control has the focus.
    fn tab_to(&self, control: &Control) {
        let page = self.0;
        let script = format!(
            "const wanted = {};
             if (!wanted) return null;
             const inspector = document.querySelector('.inspector');
             const now = document.activeElement;
             if (now === wanted) return 0;
             if (now.closest('#stage')) return 'graph';
             // Where the form gave the focus to another control meanwhile, the last Tab led out of it.
             if (now === document.body) return null;
             if (!inspector.contains(now)) return 'elsewhere';
             const stops = [...inspector.querySelectorAll('button, input, select, textarea, .code-host.ready')]
                 .filter((one) => !one.disabled && one.checkVisibility());
             return stops.indexOf(wanted) - stops.indexOf(now)",
            control.element()
        );
        page.until(&format!("{control:?} to have the focus"), || {
            let away = page.script(&script);
            if away == json!("graph") || away == json!("elsewhere") {
                self.go_to_form();
                return None;
            }
            let away = away.as_i64()?;
            for _ in 0..away.abs() {
                let held: &[Key] = if away < 0 { &[Key::Shift] } else { &[] };
                page.press(held, Key::Tab.into());
            }
            (away == 0).then_some(())
        });
    }

    fn go_to_form(&self) {
        if self.0.script("return document.activeElement?.closest('#stage') !== null") == json!(false) {
            self.0.press(&[Key::Alt], '1');
            self.0.wait_for_value("return document.activeElement?.closest('#stage') !== null", &json!(true));
        }
        self.press(Key::Enter);
        self.0.wait_for_value("return document.activeElement?.closest('.inspector') !== null", &json!(true));
    }

    /// Asks where a way out of a state is to lead, and types a name.
    fn ask_for_target(&self, from: &str, key: &str, name: &str) {
        self.select(from);
        self.0.keys(key);
        self.wait_for_target_field();
        self.0.keys(name);
    }

    fn wait_for_target_field(&self) {
        self.0.wait_for_value(
            "return document.activeElement?.classList.contains('target-field') ?? false",
            &json!(true),
        );
    }
}

impl Hands for Keyboard<'_> {
    fn page(&self) -> &Page {
        self.0
    }

    fn begin(&self) {
        self.0.press(&[Key::Alt], 'n');
        self.0.wait_for(&hands::node("Start here"));
        self.0.press(&[Key::Alt], '1');
        self.0.wait_for_value("return document.activeElement?.id ?? null", &json!("stage"));
        self.go_to_form();
    }

    fn put(&self, block: Block, place: Place) {
        let page = self.0;
        let before = hands::names(page);
        match place {
            Place::InPlaceOf("Start here") => {
                self.select("Start here");
                self.press(Key::Delete);
                page.wait_until_gone(&hands::node("Start here"));
                page.wait_for_value("return document.activeElement?.id ?? null", &json!("stage"));
                page.keys("a");
            }
            Place::Before(name) => {
                self.select(name);
                page.keys("b");
            }
            // What only holds a container open gives its place away.
            Place::After(name) | Place::Between(name, _) | Place::InPlaceOf(name) => {
                self.select(name);
                page.keys("a");
            }
        }
        page.wait_for_value("return document.activeElement?.id ?? null", &json!("palette-search"));
        page.keys(block.search);
        let first = format!("return {} !== undefined", hands::row(block.title, ".block"));
        page.wait_for_value(&first, &json!(true));
        for _ in 0..20 {
            page.press(&[], Key::Down.into());
            let title = page
                .script("return document.activeElement?.querySelector('.block-title')?.textContent ?? null");
            if title == json!(block.title) {
                break;
            }
        }
        self.press(Key::Enter);
        let name = hands::wait_for_new(page, &before);
        self.wait_for_focus(&name);
    }

    fn name(&self, name: &str) {
        self.press(Key::Enter);
        self.0.wait_for_value(
            "return document.activeElement?.classList.contains('form-title') ?? false",
            &json!(true),
        );
        self.0.keys(name);
        self.press(Key::Enter);
        hands::wait_for_selected(self.0, name);
        self.press(Key::Escape);
        self.wait_for_focus(name);
    }

    fn select(&self, name: &str) {
        let page = self.0;
        if page.script("return document.activeElement?.closest('.inspector') !== null") == json!(true) {
            page.press(&[Key::Alt], '1');
        }
        page.wait_for_value("return document.activeElement?.closest('#stage') !== null", &json!(true));
        // From state to state, in the order of execution.
        let away = format!(
            "const names = [...document.querySelectorAll('g.node')].map((node) => node.dataset.name);
             const now = document.querySelector('g.node.selected')?.dataset.name;
             return [names.indexOf({}), names.indexOf(now)]",
            json!(name)
        );
        let found = page.script(&away);
        let (wanted, now) = (found[0].as_i64().unwrap_or(-1), found[1].as_i64().unwrap_or(-1));
        assert!(wanted >= 0, "there is no state {name}");
        let (key, count) = if wanted > now { ("j", wanted - now) } else { ("k", now - wanted) };
        page.keys(&key.repeat(count.unsigned_abs() as usize));
        page.press(&[Key::Alt], '1');
        hands::wait_for_selected(page, name);
    }

    fn catch(&self, from: &str, to: &str) {
        self.ask_for_target(from, "e", to);
        self.0.wait_for_text(".target.active", to);
        self.press(Key::Enter);
        self.0.wait_until_gone(".target-field");
        self.wait_for_focus(from);
    }

    fn catch_in_new_fail(&self, from: &str, name: &str) {
        self.ask_for_target(from, "e", name);
        for _ in 0..10 {
            if self.0.text(".target.active").contains("A new Fail state") {
                break;
            }
            self.press(Key::Down);
        }
        self.press(Key::Enter);
        self.wait_for_focus(name);
    }

    fn lead_first_rule(&self, from: &str, to: &str) {
        let page = self.0;
        self.select(from);
        page.keys("c");
        self.wait_for_target_field();
        page.press(&[Key::Shift], Key::Tab.into());
        for _ in 0..4 {
            let chosen = page.script(
                "return document.querySelector('.port input:checked')?.parentElement.innerText ?? ''",
            );
            if chosen.as_str().is_some_and(|chosen| chosen.trim().starts_with("Rule 1")) {
                break;
            }
            self.press(Key::Down);
        }
        self.press(Key::Tab);
        self.wait_for_target_field();
        page.keys(to);
        page.wait_for_text(".target.active", to);
        self.press(Key::Enter);
        page.wait_until_gone(".target-field");
        self.wait_for_focus(from);
    }

    fn press(&self, control: &Control) {
        self.tab_to(control);
        self.press(Key::Enter);
    }

    fn fill(&self, control: &Control, text: &str) {
        self.tab_to(control);
        let (text, is_entered) = text.strip_suffix('\n').map_or((text, false), |text| (text, true));
        self.0.press(&[Key::Control], 'a');
        self.0.keys(text);
        if is_entered {
            self.press(Key::Enter);
        }
    }

    fn choose(&self, control: &Control, option: &str) {
        self.tab_to(control);
        self.0.keys(option);
    }

    fn write_json(&self, control: &Control, text: &str) {
        self.tab_to(control);
        self.0.press(&[Key::Control], 'a');
        self.press(Key::Delete);
        // The editor closes brackets and quotes, and indents.
        let typed: Vec<&str> = text.lines().map(str::trim).collect();
        let inner = typed.get(1..typed.len() - 1).expect("an object of several lines");
        self.0.keys(&format!(
            "{{{}{}",
            char::from(Key::Enter),
            inner.join(&char::from(Key::Enter).to_string())
        ));
    }

    fn open_first(&self, list: &[&str]) {
        if let Some(toggle) = hands::closed_first(self.0, list) {
            Hands::press(self, &toggle);
        }
    }
}
