//! Two runs side by side: what they have in common, and where they part.

use engine::{Execution, RunId};
use json::{Str, Value};

use crate::diff::{Diff, diff};
use crate::history_model::HistoryModel;
use crate::visits::{Visit, VisitId};

/// A visit of either run, next to the same visit of the other one.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub left: Option<VisitId>,
    pub right: Option<VisitId>,
    pub name: Str,
    pub difference: Difference,
}

/// What differs between two visits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    pub input: bool,
    pub output: bool,
    pub status: bool,
    pub attempts: bool,
    /// Milliseconds that the right visit took more.
    pub millis: i64,
}

impl Difference {
    pub fn is_none(&self) -> bool {
        *self == Difference::default()
    }
}

/// The comparison of two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunComparison {
    pub pairs: Vec<Pair>,
    /// The first pair that is only in one run, or differs in data, status or attempts.
    pub first_divergence: Option<usize>,
    /// Of the outputs of the executions.
    pub output: Diff,
    /// Milliseconds that the right run took more.
    pub millis: i64,
}

/// Differences of outputs that are told.
const MOST_CHANGES: usize = 1_000;
/// How far ahead a missing visit is looked for.
const LOOK_AHEAD: usize = 200;

/// Compares two runs by their visits of states, frame by frame.
pub fn compare_runs(left: &HistoryModel, right: &HistoryModel) -> RunComparison {
    let places = |model: &HistoryModel| -> Vec<(VisitId, String)> {
        model
            .rows()
            .iter()
            .filter_map(|row| match row.kind {
                crate::history_model::RowKind::State(id) => Some((id, place_of(model, row))),
                _ => None,
            })
            .collect()
    };
    let (ours, theirs) = (places(left), places(right));
    let mut pairs = Vec::new();
    let (mut a, mut b) = (0, 0);
    while a < ours.len() || b < theirs.len() {
        match (ours.get(a), theirs.get(b)) {
            (Some((one, place)), Some((other, same))) if place == same => {
                pairs.push(pair(left, right, Some(*one), Some(*other)));
                a += 1;
                b += 1;
            }
            (Some((one, place)), Some((other, same))) => {
                let in_theirs = theirs.iter().skip(b).take(LOOK_AHEAD).position(|(_, known)| known == place);
                let in_ours = ours.iter().skip(a).take(LOOK_AHEAD).position(|(_, known)| known == same);
                match (in_theirs, in_ours) {
                    (Some(theirs), Some(ours)) if theirs < ours => {
                        pairs.push(pair(left, right, None, Some(*other)));
                        b += 1;
                    }
                    (Some(_), None) => {
                        pairs.push(pair(left, right, None, Some(*other)));
                        b += 1;
                    }
                    _ => {
                        pairs.push(pair(left, right, Some(*one), None));
                        a += 1;
                    }
                }
            }
            (Some((one, _)), None) => {
                pairs.push(pair(left, right, Some(*one), None));
                a += 1;
            }
            (None, Some((other, _))) => {
                pairs.push(pair(left, right, None, Some(*other)));
                b += 1;
            }
            (None, None) => break,
        }
    }
    let first_divergence = pairs.iter().position(|pair| {
        let Difference { input, output, status, attempts, .. } = pair.difference;
        pair.left.is_none() || pair.right.is_none() || input || output || status || attempts
    });
    let output = |model: &HistoryModel| {
        model.history().last().and_then(|last| last.details.output().cloned()).unwrap_or_default()
    };
    let millis = |model: &HistoryModel| match (model.history().get(0), model.history().last()) {
        (Some(first), Some(last)) => last.timestamp - first.timestamp,
        _ => 0,
    };
    RunComparison {
        pairs,
        first_divergence,
        output: diff(&output(left), &output(right), MOST_CHANGES),
        millis: millis(right) - millis(left),
    }
}

/// Compares two executions; none where either has no history.
pub fn compare_executions(left: &Execution, right: &Execution) -> Option<RunComparison> {
    let left = HistoryModel::of_run(left, RunId(0))?;
    let right = HistoryModel::of_run(right, RunId(0))?;
    Some(compare_runs(&left, &right))
}

/// The names of the rows around a row, with its own.
fn place_of(model: &HistoryModel, row: &crate::history_model::Row) -> String {
    let mut names = vec![row.name.clone()];
    let mut current = row.parent;
    while let Some(outer) = current.and_then(|index| model.rows().get(index)) {
        names.push(outer.name.clone());
        current = outer.parent;
    }
    names.reverse();
    names.join("/")
}

fn pair(left: &HistoryModel, right: &HistoryModel, one: Option<VisitId>, other: Option<VisitId>) -> Pair {
    let ours = one.and_then(|id| left.visits().get(id));
    let theirs = other.and_then(|id| right.visits().get(id));
    let name = ours.or(theirs).map_or_else(|| Str::from(""), |visit| visit.name.clone());
    let difference = match (ours, theirs) {
        (Some(ours), Some(theirs)) => {
            let end =
                |model: &HistoryModel| model.history().last().map(|last| last.timestamp).unwrap_or_default();
            Difference {
                input: differ(data(left, Some(ours.entered)), data(right, Some(theirs.entered))),
                output: differ(data(left, ours.exited), data(right, theirs.exited)),
                status: ours.status != theirs.status,
                attempts: ours.attempts.len() != theirs.attempts.len(),
                millis: theirs.millis(end(right)) - ours.millis(end(left)),
            }
        }
        _ => Difference::default(),
    };
    Pair { left: one, right: other, name, difference }
}

/// The input or output at an entry or exit.
fn data(model: &HistoryModel, position: Option<u32>) -> Option<&Value> {
    let details = &model.history().get((position? as usize).checked_sub(1)?)?.details;
    details.input().or(details.output())
}

fn differ(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => crate::diff::differs(left, right),
        (None, None) => false,
        _ => true,
    }
}

impl HistoryModel {
    /// The input of a visit.
    pub fn input_of(&self, visit: &Visit) -> Option<&Value> {
        data(self, Some(visit.entered))
    }

    /// The output of a visit; none where it has not been left.
    pub fn output_of(&self, visit: &Visit) -> Option<&Value> {
        data(self, Some(visit.exited?))
    }
}
