//! Distributed Maps: iterations that are executions of their own.

mod batcher;
mod compression;
mod csv;
mod parquet;
mod reader;
mod writer;

pub(crate) use reader::pointer_get;

use std::sync::Arc;

use asl::StateId;
use json::{Str, Value};

use crate::execution::failure::Origin;
use crate::execution::run::Shared;
use crate::execution::states::tolerance;
use crate::execution::{
    Execution, ExecutionType, LazyNames, MapRun, Names, Phase, RunId, RunKind, Slot, Status,
};
use crate::history::{Details, EventType, Failure};
use crate::machine::{Body, MapDef, StateDef};
use crate::query::Fault;
use crate::time::Instant;
use jsonata::Random;

/// MaxConcurrency 0 means as many as AWS lets run (quotas: parallel child executions).
const MOST_CHILDREN: usize = 10_000;
/// Since 1 November 2024 at the latest, MapStateExited follows MapRunStarted; before, MapRunSucceeded.
const EXIT_FOLLOWS_START_SINCE: Instant = Instant(1_730_419_200_000);

/// The run of a distributed Map, as DescribeMapRun tells it.
#[derive(Clone, Debug)]
pub struct MapRunRecord {
    pub arn: Str,
    /// The Map state's `Label`, or a made-up one: part of the children's state machine ARN.
    pub label: Str,
    /// The execution and the state that the Map belongs to.
    pub run: RunId,
    pub state: StateId,
    pub status: MapRunStatus,
    /// Child executions by status.
    pub execution_counts: ItemCounts,
    /// Items by the status of their child execution.
    pub item_counts: ItemCounts,
    pub max_concurrency: usize,
    pub tolerated_failure_count: Option<u64>,
    pub tolerated_failure_percentage: Option<f64>,
    pub started_at: Instant,
    pub stopped_at: Option<Instant>,
    /// The child executions by their index, as far as they were started.
    pub children: Vec<RunId>,
    pub(crate) slot: Slot,
    /// The input of each child.
    pub(crate) inputs: Arc<Vec<Value>>,
    /// How many items each child has; empty where each has one.
    pub(crate) batch_sizes: Arc<Vec<u64>>,
    pub(crate) open: usize,
    /// Children that a redrive starts again.
    pub(crate) again: Vec<usize>,
    pub redrive_count: u32,
}

impl MapRunRecord {
    /// How many items the child execution of an index works on.
    pub fn items_of_child(&self, index: usize) -> u64 {
        self.batch_sizes.get(index).copied().unwrap_or(1)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapRunStatus {
    Running,
    Succeeded,
    Failed,
    Aborted,
}

impl MapRunStatus {
    pub fn name(self) -> &'static str {
        match self {
            MapRunStatus::Running => "RUNNING",
            MapRunStatus::Succeeded => "SUCCEEDED",
            MapRunStatus::Failed => "FAILED",
            MapRunStatus::Aborted => "ABORTED",
        }
    }
}

/// Counts of DescribeMapRun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCounts {
    pub pending: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub timed_out: u64,
    pub aborted: u64,
    pub total: u64,
    pub results_written: u64,
}

impl ItemCounts {
    fn started(&mut self, count: u64) {
        self.pending = self.pending.saturating_sub(count);
        self.running += count;
    }

    fn ended(&mut self, status: Status, count: u64) {
        self.running = self.running.saturating_sub(count);
        match status {
            Status::Succeeded => self.succeeded += count,
            Status::Failed => self.failed += count,
            Status::TimedOut => self.timed_out += count,
            Status::Aborted | Status::Running => self.aborted += count,
        }
    }
}

impl Execution {
    pub(crate) fn start_map_run(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
    ) -> Result<(), Fault> {
        let Body::Map(map) = &state.body else { return Ok(()) };
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let Some(children) = &frame.children else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let (count, percentage) = tolerance(map, &children.effective_input, &host)?;
        reader::check_max_items(map, &children.effective_input, &host)?;
        let numbers = [7, u64::from(frame.run.0), u64::from(frame.cursor.0)];
        let mut random = Random::for_purpose(self.options.seed, &numbers);
        let label = map.distributed.as_ref().and_then(|distributed| distributed.label.clone());
        let label = label.unwrap_or_else(|| random.uuid().into());
        let prefix = format!("arn:aws:states:{}:{}", self.options.region, self.options.account);
        let name = &shared.facts.names.state_machine_name;
        let arn: Str = format!("{prefix}:mapRun:{name}/{label}:{}", random.uuid()).into();
        let record = MapRunRecord {
            arn: arn.clone(),
            label,
            run: frame.run,
            state: state.id,
            status: MapRunStatus::Running,
            execution_counts: ItemCounts::default(),
            item_counts: ItemCounts::default(),
            max_concurrency: children.max_concurrency,
            tolerated_failure_count: count,
            tolerated_failure_percentage: percentage,
            started_at: self.now,
            stopped_at: None,
            children: Vec::new(),
            slot,
            inputs: Arc::default(),
            batch_sizes: Arc::default(),
            open: 0,
            again: Vec::new(),
            redrive_count: 0,
        };
        let started_event =
            self.emit_next(slot, EventType::MapRunStarted, Details::MapRunStarted { map_run_arn: arn });
        self.map_runs.push(record);
        let index = self.map_runs.len() - 1;
        if let Some(frame) = self.frame_mut(slot) {
            frame.phase = Phase::ReadItems;
            if let Some(children) = frame.children.as_mut() {
                children.map_run = Some(Box::new(MapRun { index, started_event }));
            }
        }
        self.queue(slot, false);
        Ok(())
    }

    /// Reads the items, makes the children's inputs of them, and starts the first children.
    pub(crate) fn read_items(&mut self, slot: Slot, shared: &Shared, state: &StateDef) -> Result<(), Fault> {
        let Body::Map(map) = &state.body else { return Ok(()) };
        let Some(index) = self.map_run_index(slot) else { return Ok(()) };
        match self.child_inputs(slot, shared, state, map) {
            Ok((inputs, batch_sizes)) => {
                let Some(record) = self.map_runs.get_mut(index) else { return Ok(()) };
                let total = inputs.len() as u64;
                let items = if batch_sizes.is_empty() { total } else { batch_sizes.iter().sum() };
                record.execution_counts = ItemCounts { pending: total, total, ..ItemCounts::default() };
                record.item_counts = ItemCounts { pending: items, total: items, ..ItemCounts::default() };
                record.inputs = Arc::new(inputs);
                record.batch_sizes = Arc::new(batch_sizes);
                if let Some(frame) = self.frame_mut(slot) {
                    frame.phase = if total == 0 { Phase::Joined } else { Phase::Children };
                    if let Some(children) = frame.children.as_mut() {
                        children.results = vec![Value::Null; usize::try_from(total).unwrap_or(0)];
                    }
                }
                if total == 0 {
                    self.queue(slot, false);
                } else {
                    self.start_map_children(index, shared, map);
                }
                Ok(())
            }
            Err(ReadError::Reader { error, cause }) => {
                self.fail_map_run(slot, state, Failure::new(error, cause));
                Ok(())
            }
            Err(ReadError::Fault(fault)) => Err(fault),
        }
    }

    fn child_inputs(
        &self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        map: &MapDef,
    ) -> Result<(Vec<Value>, Vec<u64>), ReadError> {
        let Some(frame) = self.frame_at(slot) else { return Ok(Default::default()) };
        let Some(children) = &frame.children else { return Ok(Default::default()) };
        let Some(distributed) = &map.distributed else { return Ok(Default::default()) };
        let host = self.host(frame, shared, state);
        let read;
        let items = match &distributed.reader {
            Some(definition) => {
                read = reader::read(self, definition, &children.effective_input, &host)?;
                &read
            }
            None => &children.items,
        };
        let mut inputs = Vec::with_capacity(items.values.len());
        for index in 0..items.values.len() {
            let Some(item) = crate::execution::states::item_at(items, index) else { break };
            inputs.push(crate::execution::states::selected_item(self, frame, shared, state, map, &item)?);
        }
        match &distributed.batcher {
            Some(definition) => {
                Ok(batcher::batch(definition, inputs, &children.effective_input, &host, self.options())?)
            }
            None => Ok((inputs, Vec::new())),
        }
    }

    fn map_run_index(&self, slot: Slot) -> Option<usize> {
        Some(self.frame_at(slot)?.children.as_ref()?.map_run.as_ref()?.index)
    }

    /// Starts children until as many run as may.
    fn start_map_children(&mut self, index: usize, shared: &Shared, map: &MapDef) {
        loop {
            let Some(record) = self.map_runs.get(index) else { return };
            let limit = if record.max_concurrency == 0 { MOST_CHILDREN } else { record.max_concurrency };
            let is_again = !record.again.is_empty();
            let child = record.again.first().copied().unwrap_or(record.children.len());
            let Some(input) = record.inputs.get(child).cloned() else { return };
            if record.open >= limit.min(MOST_CHILDREN) || record.status != MapRunStatus::Running {
                return;
            }
            let label = record.label.clone();
            let items = record.batch_sizes.get(child).copied().unwrap_or(1);
            let numbers = [8, index as u64, child as u64, u64::from(record.redrive_count)];
            let mut random = Random::for_purpose(self.options.seed, &numbers);
            let mut facts = shared.facts.clone();
            let name = Str::from(random.uuid());
            let prefix = format!("arn:aws:states:{}:{}", self.options.region, self.options.account);
            let express = map.distributed.as_ref().is_some_and(|distributed| distributed.express);
            let machine_name = format!("{}/{label}", facts.names.state_machine_name);
            let execution_arn = match express {
                true => format!("{prefix}:express:{machine_name}:{name}:{}", random.uuid()),
                false => format!("{prefix}:execution:{machine_name}:{name}"),
            };
            facts.names = LazyNames::from(Names {
                execution_arn: execution_arn.into(),
                name,
                state_machine_arn: format!("{}/{label}", facts.names.state_machine_arn).into(),
                state_machine_name: machine_name.into(),
                alias_arn: facts.names.alias_arn.clone(),
            });
            facts.input = input.without_text();
            facts.start_time = self.now;
            let execution_type = if express { ExecutionType::Express } else { ExecutionType::Standard };
            let kind = RunKind::MapChild { map_run: index, index: child };
            let own = Arc::new(Shared { machine: shared.machine.clone(), facts });
            let (run, _) = self.start_run(kind, own, execution_type, None, map.scope, input);
            if let Some(record) = self.map_runs.get_mut(index) {
                match record.children.get_mut(child).filter(|_| is_again) {
                    Some(place) => {
                        *place = run;
                        record.again.remove(0);
                    }
                    None => record.children.push(run),
                }
                record.open += 1;
                record.execution_counts.started(1);
                record.item_counts.started(items);
            }
        }
    }

    /// A child execution has ended.
    pub(crate) fn map_child_ended(&mut self, index: usize, child: usize, run: RunId) {
        let Some(outcome) = self.run(run).and_then(|run| run.outcome.clone()) else { return };
        let Some(record) = self.map_runs.get_mut(index) else { return };
        let items = record.batch_sizes.get(child).copied().unwrap_or(1);
        record.open = record.open.saturating_sub(1);
        record.execution_counts.ended(outcome.status, 1);
        record.item_counts.ended(outcome.status, items);
        if record.status != MapRunStatus::Running {
            return;
        }
        let slot = record.slot;
        let is_over_limit = exceeds_tolerance(record);
        let is_complete =
            record.children.len() == record.inputs.len() && record.open == 0 && record.again.is_empty();
        let Some(shared) =
            self.frame_at(slot).and_then(|frame| self.run(frame.run)).map(|run| run.shared.clone())
        else {
            return;
        };
        let Some(state) = self.frame_at(slot).and_then(|frame| shared.machine.state(frame.state)) else {
            return;
        };
        let Body::Map(map) = &state.body else { return };
        if let Some(children) = self.frame_mut(slot).and_then(|frame| frame.children.as_mut()) {
            children.done += 1;
            if let (Some(result), Some(output)) = (children.results.get_mut(child), outcome.output) {
                *result = output;
            }
        }
        if is_over_limit {
            self.abort_map_children(index);
            let failure = Failure::new(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            );
            self.fail_map_run(slot, state, failure);
        } else if is_complete {
            if let Some(frame) = self.frame_mut(slot) {
                frame.phase = Phase::Joined;
            }
            self.wake(slot);
        } else {
            self.start_map_children(index, &shared, map);
        }
    }

    /// All children have ended, and not too many badly.
    pub(crate) fn leave_map_run(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
    ) -> Result<(), Fault> {
        let Body::Map(map) = &state.body else { return Ok(()) };
        let Some(index) = self.map_run_index(slot) else { return Ok(()) };
        let result = match self.map_result(slot, shared, state, map, index) {
            Ok(result) => result,
            Err(ReadError::Fault(fault)) => return Err(fault),
            Err(ReadError::Reader { error, cause }) => {
                self.fail_map_run(slot, state, Failure::new(error, cause));
                return Ok(());
            }
        };
        if let Some(record) = self.map_runs.get_mut(index) {
            record.status = MapRunStatus::Succeeded;
            record.stopped_at = Some(self.now);
        }
        let succeeded = self.emit_next(slot, EventType::MapRunSucceeded, Details::None);
        self.emit_from(slot, EventType::MapStateSucceeded, succeeded, Details::None);
        let follows_start = self.options.as_of >= EXIT_FOLLOWS_START_SINCE;
        let Some(frame) = self.frame_mut(slot) else { return Ok(()) };
        let started =
            frame.children.take().and_then(|children| children.map_run).map(|run| run.started_event);
        if let Some(started) = started.filter(|_| follows_start) {
            frame.cursor = started;
        }
        frame.result = Some(result);
        frame.phase = Phase::Result;
        self.queue(slot, false);
        Ok(())
    }

    /// The array of results, or where ResultWriter has put them.
    fn map_result(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        map: &MapDef,
        index: usize,
    ) -> Result<Value, ReadError> {
        let Some(frame) = self.frame_at(slot) else { return Ok(Value::Null) };
        let Some(children) = &frame.children else { return Ok(Value::Null) };
        let Some(record) = self.map_runs.get(index) else { return Ok(Value::Null) };
        let succeeded = |run: &RunId| self.run(*run).is_some_and(|run| run.status() == Status::Succeeded);
        let outputs: Vec<Value> = record
            .children
            .iter()
            .zip(&children.results)
            .filter(|(run, _)| succeeded(run))
            .map(|(_, output)| output.clone())
            .collect();
        let written = outputs.len() as u64;
        let writer = map.distributed.as_ref().and_then(|distributed| distributed.writer.as_ref());
        let (result, files) = match writer {
            None => (Value::array(outputs), Vec::new()),
            Some(definition) => {
                let host = self.host(frame, shared, state);
                writer::write(self, definition, record, outputs, &children.effective_input, &host)?
            }
        };
        for (bucket, key, body) in files {
            self.s3.put(bucket, key, body.into_bytes(), self.now);
        }
        if let Some(record) = self.map_runs.get_mut(index) {
            // Results count as written also where the state's output is where they are written.
            record.execution_counts.results_written = written;
            record.item_counts.results_written = record.item_counts.succeeded;
        }
        Ok(result)
    }

    fn fail_map_run(&mut self, slot: Slot, state: &StateDef, failure: Failure) {
        if let Some(index) = self.map_run_index(slot)
            && let Some(record) = self.map_runs.get_mut(index)
        {
            record.status = MapRunStatus::Failed;
            record.stopped_at = Some(self.now);
        }
        self.emit_next(slot, EventType::MapRunFailed, Details::Failure(failure.clone()));
        if let Some(children) = self.frame_mut(slot).and_then(|frame| frame.children.take()) {
            self.fallen.keep_map_run(slot, &children);
        }
        self.fail_state(slot, state, failure, Origin::Children);
    }

    /// Goes on with a Map Run that failed: the children that did not succeed start again.
    pub(crate) fn redrive_map_run(&mut self, slot: Slot, shared: &Shared, state: &StateDef) {
        let Body::Map(map) = &state.body else { return };
        let Some(index) = self.map_run_index(slot) else { return };
        let is_bad = |run: &RunId| self.run(*run).is_some_and(|run| run.status() != Status::Succeeded);
        let Some(record) = self.map_runs.get(index) else { return };
        let again: Vec<usize> = record
            .children
            .iter()
            .enumerate()
            .filter(|(_, run)| is_bad(run))
            .map(|(child, _)| child)
            .collect();
        let arn = record.arn.clone();
        let Some(record) = self.map_runs.get_mut(index) else { return };
        record.again = again;
        record.status = MapRunStatus::Running;
        record.stopped_at = None;
        record.open = 0;
        record.redrive_count += 1;
        for counts in [&mut record.execution_counts, &mut record.item_counts] {
            let (total, succeeded) = (counts.total, counts.succeeded);
            *counts = ItemCounts {
                total,
                succeeded,
                pending: total - succeeded.min(total),
                ..ItemCounts::default()
            };
        }
        let redrive_count = record.redrive_count;
        let redriven = Details::MapRunRedriven { map_run_arn: arn, redrive_count };
        let event = self.emit_next(slot, EventType::MapRunRedriven, redriven);
        if let Some(frame) = self.frame_mut(slot) {
            frame.phase = Phase::Children;
            if let Some(map_run) = frame.children.as_mut().and_then(|children| children.map_run.as_mut()) {
                map_run.started_event = event;
            }
        }
        self.start_map_children(index, shared, map);
    }

    /// Ends the Map Run of a frame that is aborted.
    pub(crate) fn abort_map_run(&mut self, slot: Slot) {
        let Some(index) = self.map_run_index(slot) else { return };
        let Some(record) = self.map_runs.get_mut(index) else { return };
        if record.status == MapRunStatus::Running {
            record.status = MapRunStatus::Aborted;
            record.stopped_at = Some(self.now);
            self.abort_map_children(index);
            self.emit_next(slot, EventType::MapRunAborted, Details::None);
        }
    }

    fn abort_map_children(&mut self, index: usize) {
        let Some(record) = self.map_runs.get_mut(index) else { return };
        if record.status == MapRunStatus::Running {
            record.status = MapRunStatus::Failed;
        }
        let pending = record.execution_counts.pending;
        record.execution_counts.aborted += pending;
        record.execution_counts.pending = 0;
        record.item_counts.aborted += record.item_counts.pending;
        record.item_counts.pending = 0;
        let running: Vec<RunId> = record.children.clone();
        for run in running {
            if self.run(run).is_some_and(|run| run.outcome.is_none()) {
                self.end_run(run, Status::Aborted, EventType::ExecutionAborted, Failure::default());
            }
        }
    }
}

/// The inputs of children after ItemBatcher, with the usual limits.
pub(crate) fn batches(
    definition: &crate::machine::BatcherDef,
    items: Vec<Value>,
    effective: &Value,
    host: &crate::query::StateHost<'_>,
) -> Result<Vec<Value>, Fault> {
    match batcher::batch(definition, items, effective, host, &crate::execution::Options::default()) {
        Ok((inputs, _)) => Ok(inputs),
        Err(ReadError::Fault(fault)) => Err(fault),
        Err(ReadError::Reader { error, cause }) => Err(Fault::Error { name: error.into(), cause }),
    }
}

/// Why there are no items or no results.
pub(super) enum ReadError {
    /// The Map Run fails, and the state with it.
    Reader { error: &'static str, cause: String },
    /// The state's own fields don't evaluate.
    Fault(Fault),
}

impl ReadError {
    fn reader(cause: impl Into<String>) -> ReadError {
        ReadError::Reader { error: "States.ItemReaderFailed", cause: cause.into() }
    }

    fn writer(cause: impl Into<String>) -> ReadError {
        ReadError::Reader { error: "States.ResultWriterFailed", cause: cause.into() }
    }
}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> ReadError {
        ReadError::Fault(fault)
    }
}

/// Whether more children failed than the Map tolerates: either limit is enough.
fn exceeds_tolerance(record: &MapRunRecord) -> bool {
    let counts = &record.item_counts;
    let failed = counts.failed + counts.timed_out + counts.aborted;
    if failed == 0 {
        return false;
    }
    let over_count = record.tolerated_failure_count.map(|limit| failed > limit);
    let share = failed as f64 / counts.total.max(1) as f64 * 100.0;
    let over_share = record.tolerated_failure_percentage.map(|limit| share > limit);
    match (over_count, over_share) {
        (None, None) => true,
        (count, share) => count.unwrap_or(false) || share.unwrap_or(false),
    }
}
