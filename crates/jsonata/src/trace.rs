//! What an evaluation did: the value, or the error, of every sub-expression.

use json::{Span, Value};

use crate::errors::Fault;
use crate::values::{NotJson, Val};

/// A record of an evaluation, bounded in number. Give it to [`crate::Context::trace`].
///
/// Entries come in the order in which sub-expressions were finished: operands before operators.
#[derive(Clone, Debug)]
pub struct Trace {
    pub entries: Vec<TraceEntry>,
    /// Entries beyond the limits, which were not kept.
    pub dropped: u64,
    limit: usize,
    limit_each: u32,
    limit_items: usize,
    /// How often each node was evaluated.
    counts: Vec<u32>,
}

/// One evaluation of one sub-expression.
#[derive(Clone, Debug)]
pub struct TraceEntry {
    /// The sub-expression, in bytes of the expression's text.
    pub span: Span,
    /// The call of a function of the expression in which it was evaluated; 0 outside of all calls.
    pub call: u32,
    /// How often this sub-expression had been evaluated before, as for the items of an array.
    pub repetition: u32,
    /// The sub-expressions around it that were being evaluated.
    pub depth: u32,
    pub outcome: TracedOutcome,
}

/// What came of a sub-expression.
#[derive(Clone, Debug)]
pub enum TracedOutcome {
    /// Nothing.
    Undefined,
    Value(Value),
    /// A function, or a value that holds one.
    Function,
    /// A value with more items than the trace keeps of one.
    TooLarge,
    Error {
        code: &'static str,
        message: String,
    },
}

impl Default for Trace {
    fn default() -> Trace {
        Trace::new(10_000, 200)
    }
}

impl Trace {
    /// A record of at most `limit` entries, and at most `limit_each` for one sub-expression. Of values that the
    /// expression made those of up to 2000 items are kept; what comes from the input costs nothing to keep.
    pub fn new(limit: usize, limit_each: u32) -> Trace {
        Trace { entries: Vec::new(), dropped: 0, limit, limit_each, limit_items: 2000, counts: Vec::new() }
    }

    /// The entries of the sub-expression at a span.
    pub fn at(&self, span: Span) -> impl Iterator<Item = &TraceEntry> {
        self.entries.iter().filter(move |entry| entry.span == span)
    }

    /// The entries of the smallest traced sub-expression around an offset.
    pub fn around(&self, offset: usize) -> Option<Span> {
        self.entries
            .iter()
            .map(|entry| entry.span)
            .filter(|span| span.start <= offset && offset <= span.end)
            .min_by_key(|span| span.end - span.start)
    }

    pub(crate) fn record(
        &mut self,
        span: Span,
        node: u32,
        call: u32,
        depth: u32,
        result: &Result<Val, Box<Fault>>,
    ) {
        let node = node as usize;
        if self.counts.len() <= node {
            self.counts.resize(node + 1, 0);
        }
        let repetition = self.counts[node];
        self.counts[node] = repetition.saturating_add(1);
        if self.entries.len() >= self.limit || repetition >= self.limit_each {
            self.dropped += 1;
            return;
        }
        let outcome = match result {
            Ok(value) => match value.to_json(&mut { self.limit_items }) {
                Ok(Some(value)) => TracedOutcome::Value(value),
                Ok(None) if value.is_function() => TracedOutcome::Function,
                Ok(None) => TracedOutcome::Undefined,
                Err(NotJson::HoldsFunction) => TracedOutcome::Function,
                Err(NotJson::TooLarge) => TracedOutcome::TooLarge,
            },
            Err(fault) => TracedOutcome::Error { code: fault.code, message: fault.message() },
        };
        self.entries.push(TraceEntry { span, call, repetition, depth, outcome });
    }
}
