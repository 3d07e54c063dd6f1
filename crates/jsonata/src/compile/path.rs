//! Paths: steps, predicates, orders and bindings, and the steps that a `%` goes up to.

use json::{Span, Value};

use super::{Compiler, Result, SlotId, error, no_parent};
use crate::code::{Kind, NodeId, Stage};
use crate::syntax::{AstId, AstNode};

/// Steps that may be looked at for the `%` of one expression: enough for more than 4,000 of them in one path, and
/// done in a tenth of a second.
const MAX_PARENT_WORK: usize = 10_000_000;

impl Compiler<'_> {
    /// `left.right`
    pub(super) fn process_map(&mut self, left: NodeId, right: AstId, span: Span) -> Result<NodeId> {
        let path = if self.is_path(left) {
            self.node_mut(left).span = span;
            left
        } else {
            let path = self.new_path(vec![left], span);
            if self.is_parent(left) {
                let slot = self.slot_of(left);
                self.seek(path, slot.into_iter().collect());
            }
            path
        };
        let rest = self.process(right)?;
        let mut fresh = if self.is_path(rest) {
            self.steps(rest).to_vec()
        } else {
            let predicates = std::mem::take(&mut self.node_mut(rest).predicates);
            if !predicates.is_empty() {
                self.step_mut(rest).stages = predicates.into_iter().map(Stage::Filter).collect();
            }
            vec![rest]
        };
        if let Some(path) = self.path_mut(path) {
            path.steps.extend(&fresh);
        }
        // The first step is looked at again: what is sorted or numbered became one without having been.
        let first = if path == left { self.steps(path).first().copied() } else { Some(left) };
        if let Some(first) = first {
            fresh.insert(0, first);
        }
        for step in &fresh {
            let node = self.node_mut(*step);
            match &node.kind {
                Kind::Number(number) => {
                    let message = format!(
                        "The literal value {} cannot be used as a step within a path expression",
                        crate::numbers::to_js_string(*number)
                    );
                    return error("S0213", message, node.span);
                }
                Kind::Literal(Value::String(text)) => node.kind = Kind::Field(text.clone()),
                Kind::Literal(value) => {
                    let message = format!(
                        "The literal value {value} cannot be used as a step within a path expression"
                    );
                    return error("S0213", message, node.span);
                }
                _ => {}
            }
        }
        let keeps = fresh.iter().any(|step| self.node(*step).keep_array);
        if let Some(path) = self.path_mut(path) {
            path.keep_singleton |= keeps;
        }
        let steps = self.steps(path);
        let ends = [steps.first().copied(), steps.last().copied()];
        for step in ends.into_iter().flatten() {
            if matches!(self.node(step).kind, Kind::Array(_)) {
                self.node_mut(step).constructed = true;
            }
        }
        self.resolve_ancestry(path)?;
        Ok(path)
    }

    pub(super) fn process_predicate(&mut self, left: AstId, right: AstId, span: Span) -> Result<NodeId> {
        let node = self.process(left)?;
        let in_path = self.is_path(node);
        let step = self.last_step(node);
        if self.node(step).group.is_some() {
            return error("S0209", "A predicate cannot follow a grouping expression in a step", span);
        }
        let predicate = self.process(right)?;
        let slots = self.sought(predicate).to_vec();
        if !slots.is_empty() {
            for slot in slots {
                if self.level(slot) == 1 {
                    self.seek_parent(step, slot)?;
                } else if let Some(slot) = self.slots.get_mut(slot) {
                    slot.level -= 1;
                }
            }
            self.push_ancestry(step, predicate);
        }
        if in_path {
            self.step_mut(step).stages.push(Stage::Filter(predicate));
        } else {
            self.node_mut(step).predicates.push(predicate);
        }
        Ok(node)
    }

    pub(super) fn process_sort(
        &mut self,
        left: AstId,
        terms: &[(AstId, bool)],
        span: Span,
    ) -> Result<NodeId> {
        let mut path = self.process(left)?;
        if !self.is_path(path) {
            path = self.new_path(vec![path], span);
        }
        let sort = self.add(Kind::Placeholder, span);
        let mut processed = Vec::with_capacity(terms.len());
        for (term, descending) in terms {
            let term = self.process(*term)?;
            self.push_ancestry(sort, term);
            processed.push((term, *descending));
        }
        self.node_mut(sort).kind = Kind::Sort(processed);
        self.node_mut(path).span = span;
        if let Some(path) = self.path_mut(path) {
            path.steps.push(sort);
        }
        self.resolve_ancestry(path)?;
        Ok(path)
    }

    /// `left@$name`
    pub(super) fn process_focus(&mut self, left: NodeId, right: AstId, ast: &AstNode) -> Result<NodeId> {
        let step = self.last_step(left);
        let node = self.node(step);
        let has_stages = node.step.as_ref().is_some_and(|step| !step.stages.is_empty());
        if has_stages || !node.predicates.is_empty() {
            let message = "A context variable binding must precede any predicates on a step";
            return error("S0215", message, ast.span);
        }
        if matches!(node.kind, Kind::Sort(_)) {
            let message = "A context variable binding must precede the 'order-by' clause on a step";
            return error("S0216", message, ast.span);
        }
        let symbol = self.bound_symbol(self.variable_name(right));
        if ast.keep_array {
            self.node_mut(step).keep_array = true;
        }
        let step = self.step_mut(step);
        step.focus = Some(symbol);
        step.tuple = true;
        Ok(left)
    }

    /// `left#$name`
    pub(super) fn process_index(&mut self, left: NodeId, right: AstId, span: Span) -> NodeId {
        let symbol = self.bound_symbol(self.variable_name(right));
        let mut path = left;
        let step = self.last_step(left);
        if !self.is_path(left) {
            path = self.new_path(vec![left], span);
            let predicates = std::mem::take(&mut self.node_mut(step).predicates);
            if !predicates.is_empty() {
                self.step_mut(step).stages = predicates.into_iter().map(Stage::Filter).collect();
            }
        }
        let step = self.step_mut(step);
        if step.stages.is_empty() {
            step.index = Some(symbol);
        } else {
            step.stages.push(Stage::Index(symbol));
        }
        step.tuple = true;
        path
    }

    pub(super) fn slot_of(&self, id: NodeId) -> Option<SlotId> {
        match self.node(id).kind {
            Kind::Parent(slot) => Some(slot as SlotId),
            _ => None,
        }
    }

    pub(super) fn level(&self, slot: SlotId) -> i32 {
        self.slots.get(slot).map_or(0, |slot| slot.level)
    }

    /// The parents that a node seeks.
    pub(super) fn sought(&self, id: NodeId) -> &[SlotId] {
        self.seeking.get(id as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn seek(&mut self, id: NodeId, slots: Vec<SlotId>) {
        let index = id as usize;
        if self.seeking.len() <= index {
            self.seeking.resize(index + 1, Vec::new());
        }
        self.seeking[index].extend(slots);
    }

    /// Hands the parents that a part seeks on to the whole.
    pub(super) fn push_ancestry(&mut self, whole: NodeId, part: NodeId) {
        let mut slots = self.sought(part).to_vec();
        slots.extend(self.slot_of(part));
        if !slots.is_empty() {
            self.seek(whole, slots);
        }
    }

    /// Looks for the parents that the last step of a path needs among the steps before it.
    pub(super) fn resolve_ancestry(&mut self, path: NodeId) -> Result<()> {
        let Some(last) = self.steps(path).last().copied() else { return Ok(()) };
        let mut slots = self.sought(last).to_vec();
        slots.extend(self.slot_of(last));
        if slots.is_empty() {
            return Ok(());
        }
        let steps = self.steps(path).to_vec();
        self.charge_parent_work(path, steps.len())?;
        let has_focus = |compiler: &Compiler<'_>, step: NodeId| {
            compiler.node(step).step.as_ref().is_some_and(|step| step.focus.is_some())
        };
        for slot in slots {
            let mut before = &steps[..steps.len() - 1];
            while self.level(slot) > 0 {
                let Some((step, rest)) = before.split_last() else {
                    self.seek(path, vec![slot]);
                    break;
                };
                let mut step = *step;
                before = rest;
                // Steps in a row that bind their focus share their context.
                while let Some((previous, rest)) = before.split_last() {
                    if !(has_focus(self, step) && has_focus(self, *previous)) {
                        break;
                    }
                    step = *previous;
                    before = rest;
                }
                self.seek_parent(step, slot)?;
            }
        }
        Ok(())
    }

    /// Looking for parents is quadratic in the length of a path: one of some thousand `%` is refused.
    fn charge_parent_work(&mut self, id: NodeId, steps: usize) -> Result<()> {
        self.parent_work = self.parent_work.saturating_add(steps);
        if self.parent_work > MAX_PARENT_WORK {
            return error("S0218", "The expression has too many parent operators", self.node(id).span);
        }
        Ok(())
    }

    pub(super) fn seek_parent(&mut self, id: NodeId, slot: SlotId) -> Result<()> {
        self.charge_parent_work(id, 1)?;
        match &self.node(id).kind {
            Kind::Field(_) | Kind::Wildcard => {
                if let Some(slot) = self.slots.get_mut(slot) {
                    slot.level -= 1;
                }
                if self.level(slot) == 0 {
                    self.charge_parent_work(id, self.ancestors.len())?;
                    let existing = self.ancestors.iter().position(|(node, _)| *node == id);
                    match existing {
                        None => self.ancestors.push((id, slot)),
                        Some(position) => {
                            let label = self.slots[self.ancestors[position].1].label;
                            if let Some(slot) = self.slots.get_mut(slot) {
                                slot.label = label;
                            }
                            self.ancestors[position].1 = slot;
                        }
                    }
                    self.step_mut(id).tuple = true;
                }
            }
            Kind::Parent(_) => {
                if let Some(slot) = self.slots.get_mut(slot) {
                    slot.level += 1;
                }
            }
            Kind::Block { expressions, .. } => {
                if let Some(last) = expressions.last().copied() {
                    self.step_mut(id).tuple = true;
                    self.seek_parent(last, slot)?;
                }
            }
            Kind::Path(path) => {
                let steps = path.steps.clone();
                self.charge_parent_work(id, steps.len())?;
                if let Some(path) = self.path_mut(id) {
                    path.tuple = true;
                }
                for (index, step) in steps.iter().rev().enumerate() {
                    if index > 0 && self.level(slot) <= 0 {
                        break;
                    }
                    self.seek_parent(*step, slot)?;
                }
            }
            _ => return Err(no_parent(self.node(id).span)),
        }
        Ok(())
    }
}
