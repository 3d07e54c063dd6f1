//! The stages of a state: what it does to its data between entry and exit, shown at the events at
//! which it does so.

use asl::QueryLanguage;
use engine::{EventRef, Execution, InspectionData};
use json::Value;

use crate::visits::{begins_attempt, ends_attempt};

/// One of the stages that data goes through in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    Input,
    InputPath,
    /// `Parameters` of JSONPath.
    Parameters,
    /// `Arguments` of JSONata.
    Arguments,
    ItemsPath,
    ItemsPointer,
    ItemSelector,
    ItemBatcher,
    /// What the task, the branches or the iterations came to.
    Result,
    ResultSelector,
    ResultPath,
    /// `OutputPath` or `Output`.
    Output,
    /// `Assign`.
    Assign,
}

impl Stage {
    pub const ALL: [Stage; 13] = [
        Stage::Input,
        Stage::InputPath,
        Stage::Parameters,
        Stage::Arguments,
        Stage::ItemsPath,
        Stage::ItemsPointer,
        Stage::ItemSelector,
        Stage::ItemBatcher,
        Stage::Result,
        Stage::ResultSelector,
        Stage::ResultPath,
        Stage::Output,
        Stage::Assign,
    ];

    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Input => "State input",
            Stage::InputPath => "After InputPath",
            Stage::Parameters => "After Parameters",
            Stage::Arguments => "After Arguments",
            Stage::ItemsPath => "After ItemsPath",
            Stage::ItemsPointer => "After ItemsPointer",
            Stage::ItemSelector => "After ItemSelector",
            Stage::ItemBatcher => "After ItemBatcher",
            Stage::Result => "Result",
            Stage::ResultSelector => "After ResultSelector",
            Stage::ResultPath => "After ResultPath",
            Stage::Output => "State output",
            Stage::Assign => "Variables",
        }
    }

    /// The field of the state whose expression makes the stage; none for what comes from outside.
    pub fn field(self, language: QueryLanguage) -> Option<&'static str> {
        Some(match self {
            Stage::Input | Stage::Result => return None,
            Stage::InputPath => "InputPath",
            Stage::Parameters => "Parameters",
            Stage::Arguments => "Arguments",
            Stage::ItemsPath if language == QueryLanguage::Jsonata => "Items",
            Stage::ItemsPath => "ItemsPath",
            Stage::ItemsPointer => "ItemReader",
            Stage::ItemSelector => "ItemSelector",
            Stage::ItemBatcher => "ItemBatcher",
            Stage::ResultSelector => "ResultSelector",
            Stage::ResultPath => "ResultPath",
            Stage::Output if language == QueryLanguage::Jsonata => "Output",
            Stage::Output => "OutputPath",
            Stage::Assign => "Assign",
        })
    }

    fn value(self, data: &InspectionData) -> Option<&Value> {
        match self {
            Stage::Input => data.input.as_ref(),
            Stage::InputPath => data.after_input_path.as_ref(),
            Stage::Parameters => data.after_parameters.as_ref(),
            Stage::Arguments => data.after_arguments.as_ref(),
            Stage::ItemsPath => data.after_items_path.as_ref(),
            Stage::ItemsPointer => data.after_items_pointer.as_ref(),
            Stage::ItemSelector => data.after_item_selector.as_ref(),
            Stage::ItemBatcher => data.after_item_batcher.as_ref(),
            Stage::Result => data.result.as_ref(),
            Stage::ResultSelector => data.after_result_selector.as_ref(),
            Stage::ResultPath => data.after_result_path.as_ref(),
            Stage::Output | Stage::Assign => None,
        }
    }
}

/// A stage with the data after it.
#[derive(Clone, Debug, PartialEq)]
pub struct StageView {
    pub stage: Stage,
    pub value: Value,
}

impl StageView {
    /// Bytes of the value as JSON text: what counts against 256 KiB.
    pub fn bytes(&self) -> usize {
        self.value.text_len()
    }
}

/// All stages of a visit, in order, with the output where there is one.
pub fn stages_of_visit(data: &InspectionData, output: Option<&Value>) -> Vec<StageView> {
    Stage::ALL
        .into_iter()
        .filter_map(|stage| {
            let value = match stage {
                Stage::Output => output,
                Stage::Assign => data.variables.as_ref(),
                stage => stage.value(data),
            };
            Some(StageView { stage, value: value?.clone() })
        })
        .collect()
}

/// The stages that an event stands for. The first one is the event itself; an event without stages
/// has none or one.
pub fn stages_at(execution: &Execution, event_ref: EventRef) -> Vec<StageView> {
    let Some(event) = execution.event(event_ref) else { return Vec::new() };
    let view = |stage: Stage, value: &Value| StageView { stage, value: value.clone() };
    if event.event_type.is_state_exited() {
        let output = event.details.output().map(|output| view(Stage::Output, output));
        let assigned = event.details.assigned().map(|assigned| StageView {
            stage: Stage::Assign,
            value: Value::object(assigned.iter().cloned().collect()),
        });
        return output.into_iter().chain(assigned).collect();
    }
    let has_task = !matches!(event.event_type, engine::EventType::TaskStateEntered);
    let wanted: &[Stage] = if event.event_type.is_state_entered() {
        match event.event_type {
            engine::EventType::ParallelStateEntered => &[Stage::Input, Stage::InputPath],
            engine::EventType::MapStateEntered => &[
                Stage::Input,
                Stage::InputPath,
                Stage::ItemsPath,
                Stage::ItemsPointer,
                Stage::ItemSelector,
                Stage::ItemBatcher,
            ],
            _ if has_task => &Stage::ALL,
            _ => &[Stage::Input, Stage::InputPath],
        }
    } else if begins_attempt(event.event_type) && event.details.input().is_some() {
        &[Stage::Parameters, Stage::Arguments]
    } else if ends_attempt(event.event_type) {
        &[Stage::Result, Stage::ResultSelector, Stage::ResultPath]
    } else {
        &[]
    };
    if wanted.is_empty() {
        return Vec::new();
    }
    let Some(inspection) = execution.inspect(event_ref) else { return Vec::new() };
    wanted.iter().filter_map(|stage| stage.value(&inspection.data).map(|value| view(*stage, value))).collect()
}
