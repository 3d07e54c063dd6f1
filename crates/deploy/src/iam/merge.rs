//! Permissions of many states as few statements.

use crate::iam::grants::Grant;
use crate::iam::{Condition, Needed, Statement};
use crate::text::Text;

/// Joins what has the same actions, then what has the same resources; conditions and purposes never mix.
pub(super) fn merged(grants: Vec<Grant>) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for mut grant in grants {
        grant.actions.sort();
        grant.actions.dedup();
        let same = statements.iter_mut().find(|known| {
            known.actions == grant.actions
                && known.conditions == grant.conditions
                && known.purpose == grant.purpose
        });
        match same {
            Some(known) => {
                add(&mut known.resources, grant.resources);
                add(&mut known.states, grant.state.into_iter().collect());
            }
            None => {
                let mut resources = Vec::new();
                add(&mut resources, grant.resources);
                statements.push(Statement {
                    sid: String::new(),
                    actions: grant.actions,
                    resources,
                    conditions: grant.conditions,
                    states: grant.state.into_iter().collect(),
                    purpose: grant.purpose,
                });
            }
        }
    }
    let mut out: Vec<Statement> = Vec::new();
    for statement in statements {
        let service = service_of(&statement);
        let same = out.iter_mut().find(|known| {
            known.resources == statement.resources
                && known.conditions == statement.conditions
                && known.purpose == statement.purpose
                && service_of(known) == service
        });
        match same {
            Some(known) => {
                add(&mut known.actions, statement.actions);
                known.actions.sort();
                add::<Needed>(&mut known.states, statement.states);
            }
            None => out.push(statement),
        }
    }
    for statement in &mut out {
        without_covered(&mut statement.resources);
    }
    name(&mut out);
    out
}

fn add<T: PartialEq>(to: &mut Vec<T>, items: Vec<T>) {
    for item in items {
        if !to.contains(&item) {
            to.push(item);
        }
    }
}

fn service_of(statement: &Statement) -> String {
    let action = statement.actions.first().map(String::as_str).unwrap_or_default();
    action.split(':').next().unwrap_or_default().to_owned()
}

/// Leaves out what another one allows, too: `function:a` where there is `function:*`.
fn without_covered(resources: &mut Vec<Text>) {
    let wide: Vec<String> =
        resources.iter().map(Text::to_string).filter(|text| text.ends_with('*')).collect();
    resources.retain(|resource| {
        let text = resource.to_string();
        !wide.iter().any(|wide| *wide != text && text.starts_with(wide.trim_end_matches('*')))
    });
}

/// Each statement's name: what it is for, or its service and its first action; with a number where that is taken.
fn name(statements: &mut [Statement]) {
    let mut taken: Vec<String> = Vec::new();
    for statement in statements {
        let action = statement.actions.first().cloned().unwrap_or_default();
        let (service, action) = action.split_once(':').unwrap_or((&action, ""));
        let base = match statement.purpose {
            Some(purpose) => capitalized(purpose),
            None => capitalized(service) + &capitalized(action),
        };
        let mut sid = base.clone();
        let mut number = 2;
        while taken.contains(&sid) {
            sid = format!("{base}{number}");
            number += 1;
        }
        taken.push(sid.clone());
        statement.sid = sid;
    }
}

/// Letters and digits alone, with a capital in front of each word.
pub(crate) fn capitalized(text: &str) -> String {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    words
        .flat_map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters)
        })
        .collect()
}

impl Condition {
    /// The order in which conditions are written.
    pub(crate) fn rank(&self) -> (&'static str, &str) {
        (self.operator, &self.key)
    }
}
