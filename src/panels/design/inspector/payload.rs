//! JSON and expressions within a definition, edited as texts of their own.

use std::rc::Rc;

use asl::forms::{Payload, expression_text, expression_value};
use json::{Span, Str, Value};
use leptos::prelude::*;

use super::completing::Complete;
use super::form::Site;
use super::inputs::{Labelling, Look, TextControl, text_input};
use crate::platform::editor::{Assistant, Completions, Diagnostic, Explanation};
use crate::state::{Severity, Studio};
use crate::ui::CodeEditor;

const MOST_LINES: usize = 22;

/// An editor for the JSON at a place. A text that is no JSON is kept as a draft, with the reason.
pub fn json(site: &Site, labelling: &Labelling) -> AnyView {
    let form = site.form;
    let draft = RwSignal::new(None::<Str>);
    let complaint = labelling.complaint;
    let payload: Memo<Option<Payload>> = Memo::new({
        let site = site.clone();
        move |_| site.payload()
    });
    let source = Memo::new(move |_| {
        payload.with(|payload| {
            payload.as_ref().map_or_else(|| Str::from(""), |payload| payload.text.as_str().into())
        })
    });
    Effect::new(move |before: Option<Str>| {
        let now = source.get();
        if before.is_some_and(|before| before != now) {
            draft.set(None);
            complaint.set(None);
        }
        now
    });
    let text = Signal::derive(move || draft.get().unwrap_or_else(|| source.get()));
    let title = format!("Changed {}", site.name());
    let pointer = site.pointer.clone();
    let on_change = move |typed: String| match json::parse(&typed) {
        Ok(_) => {
            draft.set(None);
            complaint.set(None);
            let patch =
                payload.with_untracked(|payload| payload.as_ref().map(|payload| payload.patch(&typed)));
            if let Some(patch) = patch {
                form.apply(patch, &title, Some(&pointer));
            }
        }
        Err(error) => {
            complaint.set(Some(format!("This is not JSON yet: {error}. The definition keeps what it had.")));
            draft.set(Some(typed.into()));
        }
    };
    let problems = Memo::new({
        let site = site.clone();
        move |_| site.problems()
    });
    let diagnostics = Signal::derive(move || {
        let syntax = draft.get().and_then(|text| {
            let error = json::parse(&text).err()?;
            Some(Diagnostic {
                span: Span::new(error.offset.min(text.len()), text.len().min(error.offset + 1)),
                severity: "error",
                message: error.message,
                fixes: Vec::new(),
            })
        });
        if let Some(syntax) = syntax {
            return vec![syntax];
        }
        let marks = payload.with(|payload| {
            let payload = payload.as_ref()?;
            let marks = problems.get().into_iter().filter_map(|problem| {
                let severity = match problem.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Info => "info",
                };
                Some(Diagnostic {
                    span: payload.inner_span(problem.span)?,
                    severity,
                    message: problem.message,
                    fixes: Vec::new(),
                })
            });
            Some(marks.collect::<Vec<_>>())
        });
        marks.unwrap_or_default()
    });
    let assistant: Rc<dyn Assistant> = Rc::new(PayloadAssistant { studio: form.studio, payload });
    view! {
        <div class="form-code">
            <CodeEditor
                label=labelling.label
                text=text
                on_change=on_change
                diagnostics=diagnostics
                assistant=assistant
                has_draft=Signal::derive(move || draft.with(Option::is_some))
                most_lines=MOST_LINES
            />
        </div>
    }
    .into_any()
}

/// Helps with a payload as the definition's editor helps with all of it.
struct PayloadAssistant {
    studio: Studio,
    payload: Memo<Option<Payload>>,
}

impl PayloadAssistant {
    /// Asks about the definition with the payload's text in it. `ask` gets the text, the offset, and what
    /// makes places of the definition places of the payload.
    fn ask<T>(
        &self,
        text: &str,
        offset: usize,
        ask: impl FnOnce(&str, usize, &dyn Fn(Span) -> Option<Span>) -> Option<T>,
    ) -> Option<T> {
        let payload = self.payload.try_get_untracked()??;
        let definition = self.studio.workspace.definition.get_untracked();
        let (whole, outer) = payload.place(&definition, text, offset);
        let now = payload.with_text(text);
        ask(&whole, outer, &|span| now.inner_span(span))
    }
}

impl Assistant for PayloadAssistant {
    fn complete(&self, text: &str, offset: usize) -> Completions {
        let completions = self.ask(text, offset, |whole, outer, inner| {
            let Completions { replaces, options } = self.studio.completions(whole, outer);
            Some(Completions { replaces: inner(replaces)?, options })
        });
        completions.unwrap_or_default()
    }

    fn explain(&self, text: &str, offset: usize) -> Option<Explanation> {
        self.ask(text, offset, |whole, outer, inner| {
            let asl::assist::Hover { span, title, text } = self.studio.meaning(whole, outer)?;
            Some(Explanation { span: inner(span)?, title, text })
        })
    }

    fn fix(&self, _diagnostic: usize, _fix: usize) {}

    fn go_to(&self, _offset: usize, _next: bool) {}
}

/// A JSONata expression without its marks, which stay as they are.
pub fn expression(site: &Site, labelling: &Labelling) -> AnyView {
    let reader = site.clone();
    let show = |value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_text(), str::to_owned);
        expression_text(&text).map_or(text.clone(), str::to_owned)
    };
    let parse = Box::new(move |text: &str| {
        let before = untrack(|| reader.text());
        Ok(Some(Value::from(expression_value(text, before.as_deref()))))
    });
    let writer = site.clone();
    let commit = Box::new(move |value: Option<Value>| value.map_or(Ok(()), |value| writer.set_typed(value)));
    let place = site.clone();
    let studio = site.form.studio;
    let complete: Complete = Rc::new(move |text, offset| {
        let span = untrack(|| place.read(|tree, node| tree.span(node)));
        let definition = studio.workspace.definition.get_untracked();
        span.and_then(|span| complete_in(studio, &definition, span, text, offset)).unwrap_or_default()
    });
    let input = text_input(
        labelling,
        TextControl {
            look: Look::CodeArea,
            placeholder: "$states.input",
            value: site.value_memo(),
            show,
            parse,
            commit,
            suggestions: None,
            complete: Some(complete),
        },
    );
    view! {
        <div class="form-expression">
            <span class="form-mark" aria-hidden="true">
                "{%"
            </span>
            {input}
            <span class="form-mark" aria-hidden="true">
                "%}"
            </span>
        </div>
    }
    .into_any()
}

/// What can stand at an offset of an expression whose text takes the place of a part of the definition.
fn complete_in(
    studio: Studio,
    definition: &str,
    place: Span,
    text: &str,
    offset: usize,
) -> Option<Completions> {
    let quoted = |text: &str| {
        let mut literal = String::new();
        json::quote(text, &mut literal);
        literal
    };
    let (before, after) = (definition.get(..place.start)?, definition.get(place.end..)?);
    let whole = format!("{before}{}{after}", quoted(&format!("{{% {text} %}}")));
    // Without the closing quote.
    let outer = place.start + quoted(&format!("{{% {}", text.get(..offset)?)).len() - 1;
    let Completions { replaces, options } = studio.completions(&whole, outer);
    let start = offset.checked_sub(outer.checked_sub(replaces.start)?)?;
    let end = (offset + replaces.end.saturating_sub(outer)).min(text.len());
    text.get(start..end)?;
    Some(Completions { replaces: Span::new(start, end), options })
}
