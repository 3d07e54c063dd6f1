//! What tests do to the app's editors, and what the app keeps of it.

use fantoccini::key::Key;
use serde_json::json;

use crate::page::Page;

impl Page {
    /// Opens a tab with an editor, `"#tab-definition"`, and puts the focus into its text.
    pub fn focus_editor(&self, tab: &str) {
        self.click(tab);
        self.wait_for(&format!("{tab}-panel .code-host.ready"));
        self.script(&format!(
            "document.querySelector('{tab}-panel .code-host').shadowRoot.querySelector('.cm-content').focus()"
        ));
    }

    /// Puts a text in the place of all that the editor of a tab holds, as typing it would.
    pub fn replace_text(&self, tab: &str, text: &str) {
        self.focus_editor(tab);
        self.press(&[Key::Control], 'a');
        self.devtools("Input.insertText", json!({ "text": text }));
    }

    /// The definition as it is kept for the next visit, which is soon after a change.
    pub fn kept_definition(&self) -> String {
        let script = "const id = sessionStorage.getItem('stepglass.draft');
             const draft = localStorage.getItem('stepglass.draft.' + id);
             return draft === null ? null : JSON.parse(draft).definition";
        self.script(script).as_str().unwrap_or_default().to_owned()
    }

    pub fn wait_for_kept_definition(&self, expected: &str) {
        self.until("the definition to be as expected", || (self.kept_definition() == expected).then_some(()));
    }
}
