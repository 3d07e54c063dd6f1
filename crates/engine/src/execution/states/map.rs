//! Map states: what both modes share, and iterations within the execution.

use std::sync::Arc;

use json::Value;

use crate::execution::run::Shared;
use crate::execution::{Children, Execution, Frame, FrameRole, Items, Phase, Slot};
use crate::history::{Details, EventId, EventType, FrameId};
use crate::machine::{MapDef, StateDef};
use crate::query::{Dynamic, Fault, ItemContext, StateHost, plain_text};

impl Execution {
    pub(crate) fn work_map(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        map: &MapDef,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let effective = state.data.input_path.apply(&frame.input, &host)?;
        let has_reader = map.distributed.as_ref().is_some_and(|distributed| distributed.reader.is_some());
        let items = match has_reader {
            // ItemsPath is ignored beside an ItemReader: one that matches nothing is no error.
            true => Items::default(),
            false => items_of(map, &effective, &host)?,
        };
        if items.values.len() > self.options.quotas.map_items {
            return Err(Fault::runtime(format!(
                "The Map has {} items; at most {} are supported.",
                items.values.len(),
                self.options.quotas.map_items
            )));
        }
        let max_concurrency = max_concurrency(map, &effective, &host)?;
        let length = items.values.len();
        let details = Details::MapStateStarted { length: length as u64 };
        if let Some(frame) = self.frame_mut(slot) {
            frame.children = Some(Box::new(Children {
                results: vec![Value::Null; length],
                max_concurrency,
                items,
                effective_input: effective,
                ..Children::default()
            }));
        }
        self.emit_next(slot, EventType::MapStateStarted, details);
        if map.distributed.is_some() {
            if let Some(frame) = self.frame_mut(slot) {
                frame.phase = Phase::StartMapRun;
            }
            self.queue(slot, false);
            return Ok(());
        }
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let Some(children) = &frame.children else { return Ok(()) };
        let host = self.host(frame, shared, state);
        tolerance(map, &children.effective_input, &host)?;
        if let Some(frame) = self.frame_mut(slot) {
            frame.phase = if length == 0 { Phase::Joined } else { Phase::Children };
        }
        if length == 0 {
            self.queue(slot, false);
            return Ok(());
        }
        let started = self.frame_at(slot).map_or(EventId::NONE, |frame| frame.cursor);
        let most = self.options.quotas.inline_concurrency.max(1).min(length);
        let at_once = if max_concurrency == 0 { most } else { max_concurrency.min(most) };
        for _ in 0..at_once {
            self.start_iteration(slot, shared, state, map, started)?;
        }
        Ok(())
    }

    /// Starts the next iteration of an inline Map, after an event.
    fn start_iteration(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        map: &MapDef,
        previous: EventId,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let Some(children) = &frame.children else { return Ok(()) };
        let index = children.next;
        let Some(item) = item_at(&children.items, index) else { return Ok(()) };
        let item = Arc::new(item);
        let input = selected_item(self, frame, shared, state, map, &item)?;
        let Some(start) = shared.machine.scope(map.scope).and_then(|scope| scope.start) else {
            return Ok(());
        };
        let (run, id, variables) = (frame.run, frame.id, frame.variables.clone());
        let index = index as u64;
        let child = self.add_frame(
            run,
            Some((slot, id)),
            Some(state.id),
            FrameRole::Iteration(index),
            start,
            input,
            Some(item),
        );
        let started = self.emit_from_owner(
            child,
            slot,
            EventType::MapIterationStarted,
            previous,
            Details::MapIteration { name: state.name.clone(), index },
        );
        if let Some(frame) = self.frame_mut(child) {
            frame.cursor = started;
            frame.variables = variables;
        }
        if let Some(children) = self.frame_mut(slot).and_then(|frame| frame.children.as_mut()) {
            children.next += 1;
            children.live.push(child);
        }
        Ok(())
    }

    /// An iteration has ended well, after an event of its frame.
    pub(crate) fn iteration_succeeded(
        &mut self,
        parent: Slot,
        child: Slot,
        (frame, last): (FrameId, EventId),
        index: usize,
        output: Value,
    ) {
        let Some(owner) = self.frame_at(parent) else { return };
        let (run, owner_state) = (owner.run, owner.state);
        let Some(shared) = self.run(run).map(|run| run.shared.clone()) else { return };
        let Some(state) = shared.machine.state(owner_state) else { return };
        let succeeded = self.emit(
            run,
            frame,
            Some(owner_state),
            EventType::MapIterationSucceeded,
            last,
            Details::MapIteration { name: state.name.clone(), index: index as u64 },
        );
        let Some(owner) = self.frame_mut(parent) else { return };
        let Some(children) = owner.children.as_mut() else { return };
        if let Some(position) = children.live.iter().position(|live| *live == child) {
            children.live.swap_remove(position);
        }
        if let Some(result) = children.results.get_mut(index) {
            *result = output;
        }
        children.done += 1;
        let is_complete = children.done == children.results.len();
        let has_more = children.next < children.results.len();
        if is_complete {
            owner.cursor = succeeded;
            owner.phase = Phase::Joined;
            self.wake(parent);
        } else if has_more && let crate::machine::Body::Map(map) = &state.body {
            // The next iteration follows the last event of the one that made room, not its success.
            if let Err(fault) = self.start_iteration(parent, &shared, state, map, last) {
                if let Some(owner) = self.frame_mut(parent) {
                    owner.cursor = last;
                }
                self.abort_children(parent, last);
                self.fault(parent, state, fault);
            }
        }
    }

    /// All branches or iterations have ended well.
    pub(crate) fn leave_joined(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
    ) -> Result<(), Fault> {
        if state.is_distributed_map() {
            return self.leave_map_run(slot, shared, state);
        }
        let Some(frame) = self.frame_mut(slot) else { return Ok(()) };
        let Some(children) = frame.children.take() else { return Ok(()) };
        frame.result = Some(Value::array(children.results));
        frame.phase = Phase::Result;
        let cursor = frame.cursor;
        let event_type = match state.body {
            crate::machine::Body::Parallel { .. } => EventType::ParallelStateSucceeded,
            _ => EventType::MapStateSucceeded,
        };
        // The exit follows the same event as the success does.
        self.emit_from(slot, event_type, cursor, Details::None);
        self.queue(slot, false);
        Ok(())
    }

    /// Makes the state's output of the result that is there.
    pub(crate) fn leave_with_result(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let result = frame.result.clone().unwrap_or_default();
        // What a Map collects is compact; a Parallel state passes texts through.
        let result = match &state.body {
            crate::machine::Body::Map(_) => result.without_text(),
            _ => result,
        };
        let exit = self.exit_of(frame, shared, state, result)?;
        self.close_task(slot);
        self.exit(slot, state, exit, &state.next)
    }
}

/// The items of a Map without an ItemReader.
pub(crate) fn items_of(map: &MapDef, effective: &Value, host: &StateHost<'_>) -> Result<Items, Fault> {
    let is_distributed = map.distributed.is_some();
    let value = match &map.items {
        crate::query::Items::Input => effective.clone(),
        crate::query::Items::Path(path) => path.select(&expr::Scope::new(effective, host))?,
        crate::query::Items::Jsonata(node) => {
            let value = node.evaluate("Items", host)?;
            if value.as_array().is_none() && !(is_distributed && value.as_object().is_some()) {
                return Err(crate::query::unexpected_type(node.text(), "Items", "array", &value));
            }
            value
        }
    };
    let source = is_distributed.then(|| json::Str::from("STATE_DATA"));
    if let Some(items) = value.as_array() {
        return Ok(Items { values: Arc::new(items.to_vec()), keys: None, source });
    }
    if let Some(members) = value.as_object().filter(|_| is_distributed) {
        return Ok(Items {
            values: Arc::new(members.values().cloned().collect()),
            keys: Some(Arc::new(members.keys().cloned().collect())),
            source,
        });
    }
    match &map.items {
        crate::query::Items::Path(path) => Err(Fault::runtime(format!(
            "Reference path \"{}\" must point to array.",
            path.text().replacen("$$", "$", 1)
        ))),
        crate::query::Items::Input if host.is_jsonata => Err(Fault::Query {
            cause: format!("Map state input must be an array but was: {}", value.without_text()),
            location: None,
        }),
        _ => Err(Fault::runtime("Reference path \"$\" must point to array.")),
    }
}

/// The item at a position as the context object tells it.
pub(crate) fn item_at(items: &Items, index: usize) -> Option<ItemContext> {
    Some(ItemContext {
        index: index as u64,
        value: items.values.get(index)?.clone(),
        key: items.keys.as_ref().and_then(|keys| keys.get(index).cloned()),
        source: items.source.clone(),
    })
}

/// What ItemSelector makes of an item; the item itself where there is none.
pub(crate) fn selected_item(
    execution: &Execution,
    frame: &Frame,
    shared: &Shared,
    state: &StateDef,
    map: &MapDef,
    item: &ItemContext,
) -> Result<Value, Fault> {
    let Some(selector) = &map.item_selector else {
        return Ok(match (&item.key, map.distributed.is_some()) {
            (Some(key), true) => {
                Value::from_members([("Key", Value::String(key.clone())), ("Value", item.value.clone())])
            }
            _ => item.value.clone(),
        });
    };
    let mut host = execution.host(frame, shared, state);
    host.item = Some(item);
    let effective = frame.children.as_ref().map_or(&frame.input, |children| &children.effective_input);
    selector.evaluate("ItemSelector", effective, &host)
}

/// `MaxConcurrency`; 0 is no limit.
pub(crate) fn max_concurrency(map: &MapDef, effective: &Value, host: &StateHost<'_>) -> Result<usize, Fault> {
    let Some(field) = &map.max_concurrency else { return Ok(0) };
    let concurrency = integer(field, effective, host)?;
    usize::try_from(concurrency).map_err(|_| {
        field.fault(
            |_, _| "MaxConcurrency cannot be negative.".to_owned(),
            || "MaxConcurrency cannot be negative.".to_owned(),
        )
    })
}

/// `ToleratedFailureCount` and `ToleratedFailurePercentage`, checked.
pub(crate) fn tolerance(
    map: &MapDef,
    effective: &Value,
    host: &StateHost<'_>,
) -> Result<(Option<u64>, Option<f64>), Fault> {
    let count = match &map.tolerated_failure_count {
        None => None,
        Some(field) => {
            let count = integer(field, effective, host)?;
            let negative = || "ToleratedFailureCount cannot be negative.".to_owned();
            Some(u64::try_from(count).map_err(|_| field.fault(|_, _| negative(), negative))?)
        }
    };
    let percentage = match &map.tolerated_failure_percentage {
        None => None,
        Some(field) => {
            let value = field.evaluate(effective, host)?;
            let from_text = value.as_str().filter(|_| is_path(field)).and_then(|text| text.parse().ok());
            let number = match (value.as_f64().or(from_text), field) {
                (Some(number), _) => number,
                (None, Dynamic::Jsonata { .. }) => return Err(field.unexpected_type("number", &value)),
                (None, _) => return Err(field.unexpected_type("float", &value)),
            };
            let outside = || "ToleratedFailurePercentage must be between 0 and 100.".to_owned();
            if !(0.0..=100.0).contains(&number) {
                return Err(field.fault(|_, _| outside(), outside));
            }
            Some(number)
        }
    };
    Ok((count, percentage))
}

fn is_path(field: &Dynamic) -> bool {
    matches!(field, Dynamic::Path { .. })
}

/// The integer of a field. JSONata numbers are rounded down.
pub(crate) fn integer(field: &Dynamic, input: &Value, host: &StateHost<'_>) -> Result<i64, Fault> {
    let value = field.evaluate(input, host)?;
    match field {
        Dynamic::Jsonata { .. } => match value.as_f64() {
            Some(number) => Ok(value.as_i64().unwrap_or(number.floor() as i64)),
            None => Err(field.unexpected_type("number", &value)),
        },
        // AWS reads the value's text, so that a string of digits is fine and 1.5 is not.
        Dynamic::Path { .. } => {
            plain_text(&value).parse().map_err(|_| field.unexpected_type("integer", &value))
        }
        _ => value.as_i64().ok_or_else(|| Fault::runtime(format!("{} is no integer.", plain_text(&value)))),
    }
}
