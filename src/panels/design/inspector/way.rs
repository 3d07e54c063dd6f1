//! The form of a selected way: when it is taken, and where it leads.

use asl::TransitionKind;
use asl::forms::controls;
use json::Str;
use leptos::prelude::*;

use super::field::rows_and_chips;
use super::form::Form;
use super::{choices, errors, section, target};
use crate::ui::Icon;

pub fn way_form(form: Form, key: Str, kind: TransitionKind) -> AnyView {
    let studio = form.studio;
    let root = form.root();
    let name = move || {
        form.object.with(|object| object.as_ref().map_or(String::new(), |located| located.name.to_string()))
    };
    let (title, site) = match kind {
        TransitionKind::Next => ("What follows", None),
        TransitionKind::Default => ("If no rule matches", None),
        TransitionKind::Choice(position) => ("A rule", Some(root.child("Choices").item(position))),
        TransitionKind::Catch(position) => ("A catcher", Some(root.child("Catch").item(position))),
    };
    let body = match (kind, &site) {
        (TransitionKind::Choice(_), Some(site)) => {
            let sentence = {
                let site = site.clone();
                move || site.value().map_or(String::new(), |rule| choices::sentence(&rule))
            };
            view! {
                <p class="form-sentence">{sentence}</p>
                {choices::choice_rule(site)}
            }
            .into_any()
        }
        (TransitionKind::Catch(_), Some(site)) => errors::catcher(site),
        (TransitionKind::Default, _) => {
            let default = controls(form.object_type, form.language);
            rows_and_chips(
                &root,
                default.into_iter().filter(|control| control.field.name == "Default").collect(),
            )
        }
        _ => target::next_row(&root),
    };
    let show_state = move |_| studio.workspace.select(vec![key.clone()]);
    view! {
        <header class="form-header">
            <div class="form-title-row">
                <span class="form-type-icon">
                    <Icon name="arrow-right" size=20 />
                </span>
                <h2 class="form-heading">{title}</h2>
            </div>
            <div class="form-title-row">
                <span class="form-note">"A way out of "</span>
                <button type="button" class="form-chip" on:click=show_state>
                    {name}
                </button>
            </div>
        </header>
        {section::section("Transition", "way", body)}
    }
    .into_any()
}
