//! What the editor of the definition tells while one types, with the data of the last run as examples.

use asl::assist::{Hover, Item, ItemKind, Items, Samples};
use debugger::Stage;
use json::{Span, Str, Value};
use leptos::prelude::*;

use crate::platform::editor::{CompletionOption, Completions};
use crate::state::studio::Studio;

/// Resources in a list of completions.
const MOST_RESOURCES: usize = 60;

/// What an earlier run showed of a state.
#[derive(Default)]
struct Seen {
    input: Option<Value>,
    result: Option<Value>,
    context: Option<Value>,
    variables: Vec<(Str, Value)>,
}

impl Studio {
    /// What can stand at an offset of the definition's text.
    pub fn completions(self, text: &str, offset: usize) -> Completions {
        if self.workspace.is_yaml_untracked() {
            return self.completions_in_yaml(text, offset);
        }
        let Items { replaces, items } = self.with_samples(text, offset, asl::assist::complete);
        Completions { replaces, options: options_of(items) }
    }

    /// A place in YAML is brought to JSON, and what can stand there is spelled as YAML.
    fn completions_in_yaml(self, text: &str, offset: usize) -> Completions {
        for cursor in yaml::cursors(text, offset) {
            let Items { replaces, mut items } =
                self.with_samples(&cursor.json, cursor.offset, asl::assist::complete);
            let Some(span) = cursor.span(replaces).filter(|_| !items.is_empty()) else { continue };
            for item in &mut items {
                let plain = json::tree::unquote(&item.text).into_owned();
                item.text = cursor.spelling(replaces, &plain, item.kind == ItemKind::Word);
            }
            return Completions { replaces: span, options: options_of(items) };
        }
        Completions::default()
    }

    /// What the word at an offset means.
    pub fn meaning(self, text: &str, offset: usize) -> Option<Hover> {
        if !self.workspace.is_yaml_untracked() {
            return self.with_samples(text, offset, asl::assist::hover);
        }
        yaml::cursors(text, offset).into_iter().find_map(|cursor| {
            let hover = self.with_samples(&cursor.json, cursor.offset, asl::assist::hover)?;
            Some(Hover { span: cursor.span(hover.span)?, ..hover })
        })
    }

    /// Goes to what is named at an offset; `next` goes to the next place that names it instead.
    pub fn go_to_name(self, offset: usize, next: bool) {
        let offset = self.workspace.offset_in_definition(offset);
        let place = self.workspace.document.with_untracked(|document| {
            let named = asl::assist::target_at(document, offset)
                .or_else(|| document.state_at(offset).map(|state| state.id()))?;
            let places = asl::assist::references(document, named);
            if !next {
                return places.first().copied();
            }
            let after = places.iter().filter(|span| span.start > offset).min_by_key(|span| span.start);
            after.or_else(|| places.iter().min_by_key(|span| span.start)).copied()
        });
        match place {
            Some(span) => self.workspace.reveal.set(Some(Span::new(span.start, span.end))),
            None => self.shell.say("No state is named here."),
        }
    }

    /// Repairs a problem of the list in one of the ways that it names.
    pub fn fix_problem(self, problem: usize, fix: usize) {
        let fix = self.workspace.problems.with_untracked(|problems| {
            problems.get(problem).and_then(|problem| problem.fixes.get(fix)).cloned()
        });
        if let Some(fix) = fix {
            self.apply_patch(fix.patch, fix.title);
        }
    }

    fn with_samples<T>(
        self,
        text: &str,
        offset: usize,
        tell: impl Fn(&asl::Document, usize, &Samples<'_>) -> T,
    ) -> T {
        let document = self.workspace.document.get_untracked();
        // While a key press is on its way, the editor may be a letter ahead.
        let typed = (document.text() != text).then(|| asl::Document::parse(text));
        let document = typed.as_ref().unwrap_or(&document);
        let state = document.state_at(offset);
        let key = state.map(|state| state.pointer());
        let mut seen = key.map(|key| self.seen_of(&key)).unwrap_or_default();
        let start = document.machine().and_then(|machine| machine.start());
        if seen.input.is_none()
            && state.is_some_and(|state| start.is_some_and(|start| start.id() == state.id()))
        {
            seen.input = json::parse(&self.workspace.input.get_untracked()).ok();
        }
        let resources = |typed: &str| {
            let words = typed.rsplit(":::").next().unwrap_or(typed);
            let words = if words.starts_with("arn") { "" } else { words };
            let hits = catalogue::search(None, words, MOST_RESOURCES);
            let found = hits
                .into_iter()
                .filter_map(|hit| Some((hit.target.resource()?, format!("{}: {}", hit.subtitle, hit.title))));
            found.collect()
        };
        let samples = Samples {
            input: seen.input.as_ref(),
            result: seen.result.as_ref(),
            context: seen.context.as_ref(),
            variables: &seen.variables,
            resources: Some(&resources),
        };
        tell(document, offset, &samples)
    }

    /// The data that the last visit of a state had, as far as the chosen run shows it.
    fn seen_of(self, key: &str) -> Seen {
        let seen = self.runs.with_run_untracked(|run| {
            let session = &run.session;
            let mut visits = session.visits().iter().rev();
            let (_, visit) = visits.find(|(_, visit)| run.node_of(visit.entered).as_deref() == Some(key))?;
            let stages = session.stages_of(visit.last);
            let value =
                |stage: Stage| stages.iter().find(|view| view.stage == stage).map(|view| view.value.clone());
            let scopes = session.scopes(visit.entered);
            let variables = scopes.into_iter().flat_map(|scope| scope.variables);
            Some(Seen {
                input: value(Stage::Input),
                result: value(Stage::Result),
                context: None,
                variables: variables.map(|variable| (variable.name, variable.value)).collect(),
            })
        });
        seen.flatten().unwrap_or_default()
    }
}

/// A list for an editor.
pub fn options_of(items: Vec<Item>) -> Vec<CompletionOption> {
    let options = items.into_iter().map(|item| CompletionOption {
        label: item.label,
        apply: item.text,
        detail: item.detail,
        info: item.documentation,
        kind: match item.kind {
            ItemKind::Field => "property",
            ItemKind::State => "class",
            ItemKind::Word => "keyword",
            ItemKind::Resource => "namespace",
            ItemKind::Error => "enum",
            ItemKind::Variable | ItemKind::Member => "variable",
            ItemKind::Function => "function",
        },
    });
    options.collect()
}
