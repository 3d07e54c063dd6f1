//! The condition of a rule in JSONPath: a comparison, or a combination of others.

use asl::forms::{Comparison, RELATIONS, Relation, Subject};
use json::Value;
use leptos::prelude::*;

use super::field::{is_wrong, parse_number, path_input, problem_list, typed};
use super::form::Site;
use super::inputs::{Labelling, Look, icon_button, parse_text, select, show_text, unique_id};
use super::timestamp;
use crate::ui::{Icon, segments};

/// Combinations within combinations beyond this depth are edited as JSON.
const DEEPEST: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Comparison,
    And,
    Or,
    Not,
}

impl Shape {
    fn of(site: &Site) -> Shape {
        let has = |name| site.child(name).exists();
        match () {
            () if has("And") => Shape::And,
            () if has("Or") => Shape::Or,
            () if has("Not") => Shape::Not,
            () => Shape::Comparison,
        }
    }

    fn field(self) -> &'static str {
        match self {
            Shape::Comparison => "",
            Shape::And => "And",
            Shape::Or => "Or",
            Shape::Not => "Not",
        }
    }
}

pub fn rule_editor(site: Site, depth: usize) -> AnyView {
    let shape = Memo::new({
        let site = site.clone();
        move |_| Shape::of(&site)
    });
    let options = vec![
        (Shape::Comparison, "Compare", "A single comparison"),
        (Shape::And, "All of", "And: all of several rules match"),
        (Shape::Or, "Any of", "Or: one of several rules matches"),
        (Shape::Not, "Not", "A rule does not match"),
    ];
    let change = {
        let site = site.clone();
        move |to: Shape| change_shape(&site, shape.get_untracked(), to)
    };
    let body = {
        let site = site.clone();
        move || match shape.get() {
            Shape::Comparison => comparison(&site),
            Shape::Not if depth < DEEPEST => {
                view! { <div class="form-nested">{rule_editor(site.child("Not"), depth + 1)}</div> }
                    .into_any()
            }
            shape if depth < DEEPEST => combination(&site.child(shape.field()), shape, depth),
            shape => super::payload::json(&site.child(shape.field()), &Labelling::alone("Rule")),
        }
    };
    view! {
        <div class="form-rule">
            {segments("Kind of rule".to_owned(), options, shape.into(), change)}
            {body}
        </div>
    }
    .into_any()
}

/// Makes a rule one of another kind. What it said becomes a part of it, or its first part becomes it.
fn change_shape(site: &Site, from: Shape, to: Shape) {
    let Some(rule) = untrack(|| site.value()) else { return };
    let condition = condition_of(&rule);
    let first = match from {
        Shape::Comparison => Value::from_members(condition.clone()),
        Shape::Not => rule.get("Not").cloned().unwrap_or_default(),
        Shape::And | Shape::Or => {
            rule.get(from.field()).and_then(|rules| rules.at(0)).cloned().unwrap_or_default()
        }
    };
    let all = rule.get(from.field()).filter(|rules| rules.as_array().is_some_and(|rules| !rules.is_empty()));
    let mut fields: Vec<(String, Option<Value>)> =
        condition.iter().map(|(name, _)| (site.child(name).pointer.to_string(), None)).collect();
    let mut set = |name: &str, value: Value| fields.push((site.child(name).pointer.to_string(), Some(value)));
    match to {
        Shape::Comparison => {
            // A combination as the first part can't become the rule itself in place: its members do.
            for (name, value) in condition_of(&first) {
                set(&name, value);
            }
        }
        Shape::Not => set("Not", first),
        Shape::And | Shape::Or => {
            let rules = all.cloned().unwrap_or_else(|| Value::array(vec![first]));
            set(to.field(), rules);
        }
    }
    site.form.change_or_say(fields, "Changed a rule");
}

/// The members that make up the condition of a rule.
fn condition_of(rule: &Value) -> Vec<(String, Value)> {
    let members = rule.as_object().into_iter().flat_map(|members| members.iter());
    members
        .filter(|(name, _)| !matches!(&***name, "Next" | "Assign" | "Output" | "Comment" | "Condition"))
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect()
}

fn combination(list: &Site, shape: Shape, depth: usize) -> AnyView {
    let count = Memo::new({
        let list = list.clone();
        move |_| list.item_count()
    });
    let word = if shape == Shape::And { "and" } else { "or" };
    let part = {
        let list = list.clone();
        move |position: usize| {
            let site = list.item(position);
            let remove = {
                let site = site.clone();
                move |_| site.remove()
            };
            view! {
                <li class="form-nested">
                    <div class="form-nested-head">
                        <span class="form-word">{if position == 0 { "if" } else { word }}</span>
                        <span class="form-gap"></span>
                        <Show when=move || { count.get() > 1 }>
                            {icon_button("close", format!("Remove part {}", position + 1), remove.clone())}
                        </Show>
                    </div>
                    {rule_editor(site, depth + 1)}
                </li>
            }
            .into_any()
        }
    };
    let add = {
        let list = list.clone();
        move |_| {
            let rule =
                Value::from_members([("Variable", Value::from("$.value")), ("IsPresent", Value::from(true))]);
            list.form
                .change_or_say(vec![(format!("{}/-", list.pointer), Some(rule))], "Added a part of a rule");
        }
    };
    view! {
        <ol class="form-nested-list">
            <For each=move || 0..count.get() key=|position| *position children=part />
        </ol>
        <button type="button" class="form-chip" on:click=add>
            <Icon name="plus" size=12 />
            {format!("Add another “{word}”")}
        </button>
    }
    .into_any()
}

fn comparison(site: &Site) -> AnyView {
    let form = site.form;
    let now = Memo::new({
        let site = site.clone();
        move |_| site.value().and_then(|rule| Comparison::of(&rule))
    });
    let variable = {
        let own = site.child("Variable");
        let problems = Memo::new({
            let own = own.clone();
            move |_| {
                own.problems()
                    .into_iter()
                    .map(|problem| (problem.severity, problem.message))
                    .collect::<Vec<_>>()
            }
        });
        let mut labelling = Labelling::alone("Variable");
        let complaint = labelling.complaint;
        labelling.is_invalid = is_wrong(complaint, problems);
        labelling.described_by = format!("{}-problems", labelling.id);
        let problems_id = labelling.described_by.clone();
        view! {
            <div class="form-field" data-field="Variable">
                <label class="visually-hidden" for=labelling.id.clone()>
                    "Variable"
                </label>
                {path_input(&own, &labelling)}
                {problem_list(problems_id, problems, complaint)}
            </div>
        }
        .into_any()
    };
    // The operator's field gives way to another one: both change in one step.
    let write = {
        let site = site.clone();
        move |comparison: Comparison| {
            let before = now.get_untracked();
            let mut fields = Vec::new();
            if let Some(before) = before.filter(|before| before.operator() != comparison.operator()) {
                fields.push((site.child(before.operator()).pointer.to_string(), None));
            }
            let pointer = site.child(comparison.operator()).pointer.to_string();
            fields.push((pointer, Some(comparison.operand)));
            site.form.change_or_say(fields, "Changed a comparison");
        }
    };
    let choose = {
        let labelling = Labelling::alone("Comparison");
        let id = labelling.id.clone();
        let write = write.clone();
        let on_change = move |operator: String| {
            let Some(relation) = Relation::of(&operator) else { return };
            write(match now.get_untracked() {
                Some(before) => before.with_relation(relation),
                None => Comparison { relation, is_path: false, operand: relation.initial() },
            });
        };
        view! {
            <label class="visually-hidden" for=id.clone()>
                "Comparison"
            </label>
            <span class="form-select">
                <select id=id class="form-input" on:change=move |event| on_change(event_target_value(&event))>
                    {move || relation_options(now.get())}
                </select>
                <Icon name="chevron-down" />
            </span>
        }
        .into_any()
    };
    let kind = Memo::new(move |_| {
        now.with(|now| now.as_ref().map(|now| (now.operator(), now.relation, now.is_path)))
    });
    let operand = {
        let site = site.clone();
        move || {
            let (operator, relation, is_path) = kind.get()?;
            let switch = relation.path_operator().is_some().then(|| {
                let write = write.clone();
                let options = vec![
                    (false, "Value", "Compare with a fixed value"),
                    (true, "Path", "Compare with what is at a path"),
                ];
                segments(
                    "What to compare with".to_owned(),
                    options,
                    Signal::derive(move || is_path),
                    move |is_path: bool| {
                        if let Some(before) = now.get_untracked() {
                            write(before.with_path(is_path));
                        }
                    },
                )
            });
            Some(
                view! { <div class="form-operand">{operand_input(&site.child(operator), relation, is_path)} {switch}</div> },
            )
        }
    };
    let _ = form;
    view! { <div class="form-comparison">{variable} {choose} {operand}</div> }.into_any()
}

fn relation_options(now: Option<Comparison>) -> AnyView {
    const GROUPS: [(Subject, &str); 5] = [
        (Subject::Text, "Text"),
        (Subject::Number, "Number"),
        (Subject::Boolean, "Boolean"),
        (Subject::Timestamp, "Time"),
        (Subject::Nature, "What it is"),
    ];
    let current = now.map(|now| now.relation.operator);
    let groups = GROUPS.map(|(subject, title)| {
        let options = RELATIONS
            .iter()
            .filter(|relation| relation.subject == subject)
            .map(|relation| {
                let is_current = current == Some(relation.operator);
                view! {
                    <option value=relation.operator title=relation.operator selected=is_current prop:selected=is_current>
                        {relation.words}
                    </option>
                }
            })
            .collect_view();
        view! { <optgroup label=title>{options}</optgroup> }
    });
    let none = current.is_none().then(|| view! { <option value="" selected=true>"Choose…"</option> });
    view! {
        {none}
        {groups.into_iter().collect_view()}
    }
    .into_any()
}

fn operand_input(site: &Site, relation: &'static Relation, is_path: bool) -> AnyView {
    let problems = Memo::new({
        let site = site.clone();
        move |_| {
            site.problems().into_iter().map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
        }
    });
    let mut labelling = Labelling::alone("Value to compare with");
    let complaint = labelling.complaint;
    labelling.is_invalid = is_wrong(complaint, problems);
    let problems_id = unique_id("operand");
    labelling.described_by = problems_id.clone();
    let id = labelling.id.clone();
    let input = match relation.subject {
        _ if is_path => path_input(site, &labelling),
        Subject::Text => typed(site, &labelling, Look::Line, "", show_text, parse_text()),
        Subject::Number => {
            let kind = asl::fields::Kind::Decimal { min: f64::NEG_INFINITY, max: None };
            typed(site, &labelling, Look::Number, "", show_text, parse_number(kind))
        }
        Subject::Timestamp => timestamp::timestamp_input(site, &labelling),
        Subject::Boolean | Subject::Nature => {
            let words = if relation.subject == Subject::Boolean {
                [("true", "true"), ("false", "false")]
            } else {
                [("true", "yes"), ("false", "no, the opposite")]
            };
            let value = site.value_memo();
            let current = Signal::derive(move || {
                value.with(|value| value.as_ref().map_or(String::new(), Value::to_text))
            });
            let site = site.clone();
            let options = words.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
            select(&labelling, Signal::derive(move || options.clone()), current, move |word| {
                site.set(Value::from(word == "true"))
            })
        }
    };
    view! {
        <div class="form-field">
            <label class="visually-hidden" for=id>
                "Value to compare with"
            </label>
            {input}
            {problem_list(problems_id, problems, complaint)}
        </div>
    }
    .into_any()
}
