//! What there is to see of the state that the cursor is in.

use std::sync::Arc;

use asl::{Document, QueryLanguage, StateType};
use debugger::{
    Cursor, DataView, Query, Stage, StateExpression, StateStatus, Traced, VisitId, expressions_of,
};
use json::{Str, Value};

use super::{KeptRun, RunPhase, Runs};

/// The data of the visit at the cursor, compared by identity.
#[derive(Clone)]
pub struct SharedData(pub Arc<DataAt>);

impl PartialEq for SharedData {
    fn eq(&self, other: &SharedData) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The data of the visit at the cursor, with what the definition says of its state.
pub struct DataAt {
    pub visit: VisitId,
    pub name: Str,
    pub state_type: StateType,
    pub status: StateStatus,
    /// How many visits of states of this name came before.
    pub number: u32,
    pub retries: usize,
    /// Milliseconds of virtual time.
    pub millis: i64,
    pub language: QueryLanguage,
    pub view: DataView,
    pub expressions: Vec<StateExpression>,
    /// The expression that the state failed of, and the stage that it should have come to.
    pub failed: Option<(StateExpression, Stage)>,
    /// The rules of a Choice state, in order.
    pub rules: Vec<Value>,
    /// Whether the state is entered at the cursor: its data can be replaced there.
    pub is_entry: bool,
    /// Whether the visit is not the one at the cursor.
    pub is_elsewhere: bool,
}

impl KeptRun {
    fn data(&self, cursor: Cursor) -> Option<DataAt> {
        let session = &self.session;
        let position = cursor.position;
        let is_elsewhere = position != session.cursor().position;
        let view = session.data_at(cursor)?;
        let visit = session.visits().get(view.visit)?;
        // What the recording knows of later is not so yet at the cursor.
        let is_going = visit.last > position;
        let document = self.document_of(visit.run);
        let state = visit.state.and_then(|state| document.as_deref()?.state(state));
        let language = state.map_or(QueryLanguage::JsonPath, |state| state.language());
        let expressions = state.map(expressions_of).unwrap_or_default();
        let failed = view.failure.as_ref().and_then(|failure| {
            let cause = failure.cause.as_deref()?;
            self.failed_expression(view.visit, &view, cause, &expressions, language)
        });
        Some(DataAt {
            visit: view.visit,
            name: visit.name.clone(),
            state_type: visit.state_type,
            status: visit.status_at(position),
            number: visit.number,
            retries: visit
                .attempts
                .iter()
                .filter(|attempt| attempt.begun <= position)
                .count()
                .saturating_sub(1),
            millis: if is_going { session.now() - visit.entered_at } else { visit.millis(session.now()) },
            language,
            expressions,
            failed,
            rules: state
                .and_then(|state| state.value("Choices"))
                .and_then(|rules| rules.as_array().map(<[Value]>::to_vec))
                .unwrap_or_default(),
            is_entry: !is_elsewhere
                && session.event().is_some_and(|event| event.event_type.is_state_entered()),
            is_elsewhere,
            view,
        })
    }

    /// The expression that a cause names and that, evaluated again, fails. A service's own error can name one by
    /// chance, and an expression after a failed task would fail for want of its result: so both are asked for.
    fn failed_expression(
        &self,
        visit: VisitId,
        view: &DataView,
        cause: &str,
        expressions: &[StateExpression],
        language: QueryLanguage,
    ) -> Option<(StateExpression, Stage)> {
        let before = view.stages.last().map(|stage| &stage.value);
        expressions.iter().find_map(|expression| {
            let source = Query::compile(&expression.text, language).ok()?.source().to_owned();
            let is_of_field = |stage: &Stage| stage.field(language) == Some(&*expression.field);
            let stage = Stage::ALL.into_iter().find(is_of_field)?;
            if !cause.contains(&format!("'{source}'")) {
                return None;
            }
            let traced = self.trace(visit, stage, &expression.text, language, before)?;
            traced.value.is_err().then(|| (expression.clone(), stage))
        })
    }

    /// Where the state of a visit evaluates the expressions of a stage: at its entry, or where its work ended.
    fn place_of_stage(&self, visit: VisitId, stage: Stage) -> Option<u32> {
        let visit = self.session.visits().get(visit)?;
        let ended = visit.attempts.last().and_then(|attempt| attempt.ended);
        Some(match stage {
            Stage::ResultSelector | Stage::ResultPath | Stage::Output | Stage::Assign => {
                ended.unwrap_or(visit.entered)
            }
            _ => visit.entered,
        })
    }

    /// Evaluates an expression of the visit's state as it was evaluated at a stage, with the value of every part of
    /// it where it is JSONata. `before` is what JSONPath's `$` means at the stage.
    pub fn trace(
        &self,
        visit: VisitId,
        stage: Stage,
        text: &str,
        language: QueryLanguage,
        before: Option<&Value>,
    ) -> Option<Traced> {
        let position = self.place_of_stage(visit, stage)?;
        let env = match stage {
            Stage::ItemSelector => self.session.env_of_first_item(position, visit),
            _ => None,
        };
        let env = env.or_else(|| self.session.env(position))?;
        let env = match (language, before) {
            (QueryLanguage::JsonPath, Some(before)) => env.with_data(before),
            _ => env,
        };
        Some(match Query::compile(text, language) {
            Ok(query) => query.trace(&env),
            Err(problem) => Traced { value: Err(problem), trace: None },
        })
    }

    /// The position of the event at which a stage of a visit is shown.
    pub fn position_of_stage(&self, visit: VisitId, stage: Stage) -> Option<(u32, u32)> {
        const MOST_EVENTS: u32 = 400;
        let known = self.session.visits().get(visit)?;
        let first = known.entered;
        let last = known.exited.unwrap_or(known.last);
        let near = (first..=last).take(MOST_EVENTS as usize).chain(last.saturating_sub(3).max(first)..=last);
        for position in near {
            if self.session.visits().at(position) != Some(visit) {
                continue;
            }
            let stages = self.session.stages_of(position);
            if let Some(index) = stages.iter().position(|view| view.stage == stage) {
                return Some((position, u32::try_from(index).unwrap_or(0)));
            }
        }
        None
    }

    /// The definition that the picture shows, as the run has it.
    pub fn document(&self) -> Option<Arc<Document>> {
        self.documents.first().map(|(_, document)| document.clone())
    }
}

impl Runs {
    /// The data at the cursor, or at another position; follows run and cursor, and rests while the run goes on by
    /// itself.
    pub fn data(self, elsewhere: Option<u32>) -> Option<SharedData> {
        if self.phase() == RunPhase::Running {
            return None;
        }
        self.with_picture(|run| {
            // The last stage, of those that the event there has.
            let elsewhere = elsewhere.map(|position| Cursor { position, stage: u32::MAX });
            let cursor = elsewhere.unwrap_or_else(|| run.session.cursor());
            run.data(cursor).map(|data| SharedData(Arc::new(data)))
        })?
    }

    /// Goes to where a stage of a visit is shown.
    pub fn seek_stage(self, visit: VisitId, stage: Stage) -> bool {
        let place = self.with_run_untracked(|run| run.position_of_stage(visit, stage)).flatten();
        if let Some((position, stage)) = place {
            self.seek_to(debugger::Cursor { position, stage });
        }
        place.is_some()
    }
}
