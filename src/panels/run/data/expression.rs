use std::collections::BTreeSet;

use asl::QueryLanguage;
use debugger::{Query, Stage, StateExpression, Traced, VisitId};
use json::{Span, Value};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::stages::short_text;
use crate::state::{SharedData, Studio};

/// Characters of a value beside its expression.
const MOST_CHARACTERS: usize = 400;

/// A part of an expression with what it came to.
#[derive(Clone, PartialEq)]
struct Part {
    span: Span,
    values: String,
}

/// An expression of the state as it stands in the definition; pointing at a part of it shows the part's value.
#[component]
pub fn ExpressionView(
    expression: StateExpression,
    visit: VisitId,
    stage: Stage,
    language: QueryLanguage,
    before: Option<Value>,
) -> impl IntoView {
    let runs = Studio::of_app().runs;
    let traced = runs
        .with_run_untracked(|run| run.trace(visit, stage, &expression.text, language, before.as_ref()))
        .flatten();
    let source = source_of(&expression.text, language);
    let place = expression.pointer.trim_start_matches('/');
    let place = match stage {
        Stage::ItemSelector => format!("{place}, first item"),
        _ => place.to_owned(),
    };
    view! { <TracedText place=place source=source traced=traced /> }
}

/// An expression with its value; pointing at a part of it shows the part's value.
#[component]
pub fn TracedText(
    place: String,
    source: String,
    /// None: it was not evaluated.
    traced: Option<Traced>,
) -> impl IntoView {
    let sheet = style_sheet!("style/expression.css");
    let is_error = traced.as_ref().is_some_and(|traced| traced.value.is_err());
    let (value, parts) = match traced {
        None => ("not evaluated".to_owned(), Vec::new()),
        Some(traced) => {
            let value = match &traced.value {
                Ok(Some(value)) => short_text(value, MOST_CHARACTERS),
                Ok(None) => "nothing".to_owned(),
                Err(problem) => problem.clone(),
            };
            (value, traced.trace.as_ref().map(parts_of).unwrap_or_default())
        }
    };
    let pointed = RwSignal::new(None::<usize>);
    let parts = StoredValue::new(parts);
    let part_at = move |offset: usize| {
        parts.with_value(|parts| {
            let around = parts.iter().enumerate();
            around
                .filter(|(_, part)| part.span.start <= offset && offset < part.span.end)
                .min_by_key(|(_, part)| part.span.len())
                .map(|(index, _)| index)
        })
    };
    let mut cuts: BTreeSet<usize> = BTreeSet::from([0, source.len()]);
    parts.with_value(|parts| {
        cuts.extend(parts.iter().flat_map(|part| [part.span.start, part.span.end]));
    });
    let cuts: Vec<usize> = cuts.into_iter().filter(|cut| source.is_char_boundary(*cut)).collect();
    let pieces = cuts.windows(2).map(|pair| {
        let (start, end) = (pair[0], pair[1]);
        let text = source.get(start..end).unwrap_or_default().to_owned();
        let own = part_at(start);
        let is_inside = move || {
            pointed.get().is_some_and(|index| {
                parts.with_value(|parts| {
                    parts.get(index).is_some_and(|part| part.span.start <= start && end <= part.span.end)
                })
            })
        };
        view! {
            class = sheet,
            <span class="piece" class:pointed=is_inside on:pointerenter=move |_| pointed.set(own)>
                {text}
            </span>
        }
    });
    let pieces = pieces.collect_view();
    let has_parts = parts.with_value(|parts| !parts.is_empty());
    let told = move || {
        pointed.get().and_then(|index| parts.with_value(|parts| parts.get(index).cloned())).map(|part| {
            let text = source.get(part.span.range()).unwrap_or_default().to_owned();
            (text, part.values)
        })
    };
    let shown = Memo::new(move |_| told());
    // The same by keyboard: the arrow keys go from part to part.
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = parts.with_value(Vec::len);
        let step = match &*event.key() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => count.saturating_sub(1),
            _ => return,
        };
        if count > 0 && !event.alt_key() {
            event.prevent_default();
            pointed.update(|pointed| *pointed = Some(pointed.map_or(0, |index| (index + step) % count)));
        }
    };
    view! {
        class = sheet,
        <div class="expression">
            <span class="expression-place">{place}</span>
            <code
                class="expression-text"
                tabindex=has_parts.then_some("0")
                aria-label=has_parts.then_some("Expression: the arrow keys go through its parts")
                on:keydown=on_key
                on:pointerleave=move |_| pointed.set(None)
            >
                {pieces}
            </code>
            <code class="expression-value" class:error=is_error title=value.clone()>
                {value.clone()}
            </code>
            <p class="expression-part" aria-live="polite" hidden=move || shown.with(Option::is_none)>
                <code>{move || shown.get().map(|(text, _)| text)}</code>
                <code class="expression-part-value">{move || shown.get().map(|(_, values)| values)}</code>
            </p>
        </div>
    }
}

fn source_of(text: &str, language: QueryLanguage) -> String {
    match Query::compile(text, language) {
        Ok(query) if query.language == QueryLanguage::Jsonata => query.source().to_owned(),
        _ => text.trim().trim_start_matches("{%").trim_end_matches("%}").trim().to_owned(),
    }
}

/// The parts of an expression that have values, each once, those that were evaluated several times with all of them.
fn parts_of(trace: &debugger::Trace) -> Vec<Part> {
    const MOST_VALUES: usize = 12;
    let mut parts: Vec<(Span, Vec<String>, usize)> = Vec::new();
    for entry in &trace.entries {
        let text = match &entry.outcome {
            debugger::TracedOutcome::Value(value) => short_text(value, MOST_CHARACTERS),
            debugger::TracedOutcome::Undefined => "nothing".to_owned(),
            debugger::TracedOutcome::Function => "a function".to_owned(),
            debugger::TracedOutcome::TooLarge => "a large value".to_owned(),
            debugger::TracedOutcome::Error { message, .. } => message.clone(),
        };
        match parts.iter_mut().find(|(span, ..)| *span == entry.span) {
            Some((_, values, count)) => {
                *count += 1;
                if values.len() < MOST_VALUES {
                    values.push(text);
                }
            }
            None => parts.push((entry.span, vec![text], 1)),
        }
    }
    parts.sort_by_key(|(span, ..)| (span.start, std::cmp::Reverse(span.end)));
    let parts = parts.into_iter().map(|(span, values, count)| {
        let mut told = values.join("  |  ");
        if count > values.len() {
            told.push_str(&format!("  |  and {} more", count - values.len()));
        }
        Part { span, values: told }
    });
    parts.collect()
}

/// The rules of a Choice state, with what each came to.
#[component]
pub fn Rules(data: Memo<Option<SharedData>>) -> impl IntoView {
    let sheet = style_sheet!("style/expression.css");
    let runs = Studio::of_app().runs;
    let rows = move || {
        let SharedData(data) = data.get().filter(|data| !data.0.rules.is_empty())?;
        let input = data.view.stages.iter().take(2).next_back().map(|view| view.value.clone());
        let mut is_decided = false;
        let rows = data.rules.iter().map(|rule| {
            let condition = rule.get("Condition").and_then(Value::as_str).map(str::to_owned);
            let (text, language) = match condition {
                Some(text) => (text, QueryLanguage::Jsonata),
                None => (rule.to_text(), QueryLanguage::JsonPath),
            };
            let traced = runs
                .with_run_untracked(|run| {
                    run.trace(data.visit, Stage::Input, &text, language, input.as_ref())
                })
                .flatten();
            let (word, look) = match traced.map(|traced| traced.value) {
                _ if is_decided => ("not reached", "later"),
                Some(Ok(Some(Value::Bool(true)))) => ("true", "true"),
                Some(Ok(Some(Value::Bool(false)))) => ("false", "false"),
                Some(Err(_)) => ("error", "error"),
                _ => ("no boolean", "error"),
            };
            is_decided |= look == "true";
            let next = rule.get("Next").and_then(Value::as_str).unwrap_or_default().to_owned();
            let words = rule_words(rule, &text, language);
            view! {
                class = sheet,
                <li class="rule" data-look=look>
                    <code class="rule-text" title=text>{words}</code>
                    <span class="rule-next">{format!("→ {next}")}</span>
                    <span class="rule-word">{word}</span>
                </li>
            }
        });
        let rows = rows.collect_view();
        Some(view! {
            class = sheet,
            <ol class="rules" aria-label="Rules of the choice">{rows}</ol>
        })
    };
    view! { {rows} }
}

fn rule_words(rule: &Value, text: &str, language: QueryLanguage) -> String {
    if language == QueryLanguage::Jsonata {
        return source_of(text, language);
    }
    let members = rule.as_object().into_iter().flat_map(|members| members.iter());
    let words = members.filter(|(name, _)| !matches!(&***name, "Next" | "Comment" | "Assign" | "Output"));
    let words = words.map(|(name, value)| match &**name {
        "Variable" => value.as_str().unwrap_or_default().to_owned(),
        _ => format!("{name} {}", short_text(value, 120)),
    });
    words.collect::<Vec<String>>().join(" ")
}
