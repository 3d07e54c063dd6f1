//! Who reads a value: followed forwards through the states that get it.

use asl::Document;
use engine::TaskHost;
use json::Str;

use crate::diff::value_at;
use crate::lineage::{find_same, locate};
use crate::references::{Reference, Root, StateExpression, expressions_of};
use crate::session::Session;
use crate::visits::VisitId;

/// An expression that reads a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Reader {
    pub visit: VisitId,
    /// The event to look at: the entry of the state.
    pub position: u32,
    /// Where the expression is in its state, as a JSON pointer.
    pub place: String,
    pub text: Str,
    /// The variable through which the value came; none where it came in the input.
    pub variable: Option<Str>,
    /// Whether the expression takes all of the input or variable, and the value only with it.
    pub is_whole: bool,
}

/// Visits that are looked at.
const MOST_VISITS: usize = 2_000;
const MOST_READERS: usize = 500;

/// A value on its way: in the input of a visit, or in a variable that the visit sees.
struct Way {
    visit: VisitId,
    pointer: Option<String>,
    variables: Vec<(Str, String)>,
}

impl<H: TaskHost + Clone> Session<H> {
    /// The expressions of this and later visits that read the value at a pointer: of the output of the
    /// state where it is left at the position, else of its input. `document` is the definition that runs.
    pub fn readers(&self, document: &Document, position: u32, pointer: &str) -> Vec<Reader> {
        let mut found = Vec::new();
        let Some(start) = self.visits().at(position) else { return found };
        let is_exit = self.visits().get(start).is_some_and(|visit| visit.exited == Some(position));
        let mut waiting = Vec::new();
        let first = Way { visit: start, pointer: Some(pointer.to_owned()), variables: Vec::new() };
        match is_exit {
            true => self.follow_output(first, &mut waiting),
            false => waiting.push(first),
        }
        let mut looked_at = 0;
        while let Some(way) = waiting.pop() {
            looked_at += 1;
            if looked_at > MOST_VISITS || found.len() >= MOST_READERS {
                break;
            }
            let Some(visit) = self.visits().get(way.visit) else { continue };
            // A nested execution of another definition has states of its own.
            let own = self.recorded().run(visit.run).map(engine::Run::machine);
            let is_own = own.is_some_and(|own| std::sync::Arc::ptr_eq(own, &self.machine));
            let state = visit.state.filter(|_| is_own).and_then(|state| document.state(state));
            let expressions = state.map(expressions_of).unwrap_or_default();
            for expression in &expressions {
                for (variable, reference) in reads(&way, expression) {
                    found.push(Reader {
                        visit: way.visit,
                        position: visit.entered,
                        place: expression.pointer.clone(),
                        text: expression.text.clone(),
                        variable,
                        is_whole: reference.is_whole(),
                    });
                }
            }
            self.follow(way, &expressions, &mut waiting);
        }
        found.sort_by_key(|reader| reader.position);
        found
    }

    /// Goes on to the states inside of a visit and after it.
    fn follow(&self, way: Way, expressions: &[StateExpression], waiting: &mut Vec<Way>) {
        let Some(visit) = self.visits().get(way.visit) else { return };
        let Some(input) = self.input_of(visit) else { return };
        let mut variables = way.variables.clone();
        let exited = visit.exited.and_then(|exited| self.event_at(exited));
        let assigned = exited.and_then(|exited| exited.details.assigned()).unwrap_or_default();
        let value = way.pointer.as_ref().and_then(|pointer| value_at(input, pointer));
        for (name, assigned) in assigned {
            variables.retain(|(known, _)| known != name);
            let is_read = || {
                let place = format!("/Assign/{name}");
                expressions.iter().any(|expression| {
                    (expression.pointer == place || expression.pointer == format!("{place}.$"))
                        && !reads(&way, expression).is_empty()
                })
            };
            let place = value.and_then(|value| find_same(assigned, value, ""));
            if let Some(place) = place.or_else(|| is_read().then(String::new)) {
                variables.push((name.clone(), place));
            }
        }
        // What happens inside of the state sees its input, or what it makes of it.
        for (inner, first) in self.visits().iter().skip(way.visit.0 as usize + 1) {
            if visit.exited.is_some_and(|exited| first.entered > exited) {
                break;
            }
            if first.parent == Some(way.visit) && first.previous.is_none() {
                let inside = self.input_of(first);
                let pointer = way
                    .pointer
                    .as_ref()
                    .zip(inside)
                    .and_then(|(pointer, inside)| locate(inside, input, pointer).map(|(place, _)| place));
                if pointer.is_some() || !way.variables.is_empty() {
                    waiting.push(Way { visit: inner, pointer, variables: way.variables.clone() });
                }
            }
        }
        let output = exited.and_then(|exited| exited.details.output());
        let pointer = way
            .pointer
            .as_ref()
            .zip(output)
            .and_then(|(pointer, output)| locate(output, input, pointer).map(|(place, _)| place));
        self.follow_output(Way { visit: way.visit, pointer, variables }, waiting);
    }

    /// Goes on to the state after a visit, which gets its output.
    fn follow_output(&self, way: Way, waiting: &mut Vec<Way>) {
        if way.pointer.is_none() && way.variables.is_empty() {
            return;
        }
        let later = self.visits().iter().skip(way.visit.0 as usize + 1);
        if let Some((next, _)) = later.into_iter().find(|(_, visit)| visit.previous == Some(way.visit)) {
            waiting.push(Way { visit: next, ..way });
        }
    }
}

/// The references of an expression that read the value on its way, with the variable that they read.
fn reads<'e>(way: &Way, expression: &'e StateExpression) -> Vec<(Option<Str>, &'e Reference)> {
    let mut found = Vec::new();
    for reference in &expression.references {
        match &reference.root {
            Root::Input if way.pointer.as_ref().is_some_and(|pointer| reference.touches(pointer)) => {
                found.push((None, reference));
            }
            Root::Variable(name) => {
                let known = way.variables.iter().find(|(known, _)| known == name);
                if known.is_some_and(|(_, place)| reference.touches(place)) {
                    found.push((Some(name.clone()), reference));
                }
            }
            _ => {}
        }
    }
    found.dedup_by(|a, b| a.0 == b.0);
    found
}
