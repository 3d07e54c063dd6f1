//! axe-core in a page: what assistive technology could not use.

use std::fs;

use crate::{Page, workspace};

/// Finds what breaks the accessibility rules of WCAG 2.2, levels A and AA.
pub struct Axe {
    script: String,
}

impl Axe {
    /// None where axe-core is not installed, which is said.
    pub fn load() -> Option<Self> {
        let path = workspace().join("editor/node_modules/axe-core/axe.min.js");
        match fs::read_to_string(&path) {
            Ok(script) => Some(Self { script }),
            Err(_) => {
                println!("skipped: {} is missing (npm ci in editor/)", path.display());
                None
            }
        }
    }

    /// What is wrong with the page as it is shown now, once it has come to rest: rule, element and what would help.
    pub fn violations(&self, page: &Page) -> Vec<String> {
        page.settle();
        let found = page.async_script(&format!(
            "const done = arguments[0];
             if (!window.axe) {{ {} }}
             // That rule is an experiment: a state's name comes first in what it is called, and is followed by more.
             const rules = {{ 'label-content-name-mismatch': {{ enabled: false }} }};
             axe.run(document, {{ rules, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }}).then(
                (result) => done(result.violations.map((one) =>
                    one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join('; '))),
                (error) => done([String(error)]))",
            self.script
        ));
        let found = found.as_array().cloned().unwrap_or_default();
        found.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
    }
}
