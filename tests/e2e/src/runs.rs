//! What tests do to runs: their workflow, the debugger's controls and the run's position.

use serde_json::json;

use crate::page::Page;

impl Page {
    /// Opens the app with a workflow and the answers of its tasks, both typed into their editors.
    pub fn open_workflow(definition: &str, answers: &str) -> Self {
        let page = Self::open("");
        page.wait_for("g.node");
        page.replace_text("#tab-definition", definition);
        page.replace_text("#tab-answers", answers);
        page
    }

    /// Drops a text on the page as a file.
    pub fn drop_file(&self, name: &str, text: &str) {
        self.script(&format!(
            "const data = new DataTransfer();
             data.items.add(new File([{}], {}, {{ type: 'application/json' }}));
             document.body.dispatchEvent(new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer: data }}));",
            json!(text),
            json!(name),
        ));
    }

    /// From building a workflow to following its runs.
    pub fn follow_runs(&self) {
        self.click(".modes .mode:nth-of-type(2)");
        self.wait_for(".controls");
    }

    /// Waits until the controls say where the run stands.
    pub fn wait_for_standing(&self, text: &str) {
        self.wait_for_text("[data-testid=standing]", text);
    }

    /// The position in the run: 0 is before its first event.
    pub fn position(&self) -> u64 {
        let now = self.attribute("[data-testid=track]", "aria-valuenow").unwrap_or_default();
        now.parse().expect("a position")
    }

    pub fn wait_for_position(&self, position: u64) {
        self.wait_for_value(
            "return Number(document.querySelector('[data-testid=track]').ariaValueNow)",
            &json!(position),
        );
    }

    /// Chooses an option of the first `<select>` that is found.
    pub fn choose_option(&self, select: &str, value: &str) {
        self.wait_for(select);
        self.script(&format!(
            "const select = document.querySelector({});
             select.value = {};
             select.dispatchEvent(new Event('change', {{ bubbles: true }}));",
            json!(select),
            json!(value),
        ));
    }

    /// Chooses the line of an open menu.
    pub fn choose_line(&self, title: &str) {
        self.wait_for("[role=menu]");
        self.until(&format!("the line {title:?} of the menu"), || {
            let found = self.script(&format!(
                "const line = [...document.querySelectorAll('[role=menuitem]')].find((line) => line.textContent.includes({}));
                 line?.click();
                 return Boolean(line);",
                json!(title),
            ));
            (found == true).then_some(())
        });
    }
}
