//! The backtracking matcher. Its stack is on the heap and its steps are counted.

use super::compile::Instruction;
use super::{Captures, Failure, Regex};

/// What to go back to, or to undo, when a try fails.
enum Undo {
    Branch { at: usize, position: usize },
    Save { slot: usize, before: Option<usize> },
    Counter { counter: usize, before: usize },
}

struct Run<'r> {
    regex: &'r Regex,
    units: &'r [u16],
    saves: Vec<Option<usize>>,
    counters: Vec<usize>,
    stack: Vec<Undo>,
}

/// The stack may grow to this many entries; it is a budget of its own.
const MAX_STACK: usize = 1_000_000;

impl Regex {
    /// The first match at or after a position: the ranges of the whole and of the groups. Takes steps out of
    /// the budget.
    pub(crate) fn find(
        &self,
        units: &[u16],
        from: usize,
        budget: &mut u64,
    ) -> Result<Option<Captures>, Failure> {
        let mut run = Run {
            regex: self,
            units,
            saves: vec![None; (self.groups + 1) * 2],
            counters: vec![0; self.counters],
            stack: Vec::new(),
        };
        // A pattern that begins with a unit is looked for by it.
        let first = match self.program.first() {
            Some(Instruction::Unit(unit)) if !self.ignore_case => Some(*unit),
            _ => None,
        };
        let mut start = from;
        while start <= units.len() {
            if let Some(first) = first {
                match units.get(start..).unwrap_or_default().iter().position(|unit| *unit == first) {
                    Some(distance) => start += distance,
                    None => return Ok(None),
                }
            }
            run.saves.fill(None);
            run.stack.clear();
            if let Some(end) = run.run(0, start, budget)? {
                run.saves[0] = Some(start);
                run.saves[1] = Some(end);
                let ranges = run.saves.chunks(2).map(|slots| match slots {
                    [Some(start), Some(end)] => Some((*start, *end)),
                    _ => None,
                });
                return Ok(Some(ranges.collect()));
            }
            start += 1;
        }
        Ok(None)
    }
}

impl Run<'_> {
    /// Runs from an instruction to the next acceptance, with everything on the stack below left alone.
    fn run(&mut self, at: usize, position: usize, budget: &mut u64) -> Result<Option<usize>, Failure> {
        let floor = self.stack.len();
        let (mut at, mut position) = (at, position);
        loop {
            *budget = budget.checked_sub(1).ok_or(Failure::Budget)?;
            let regex = self.regex;
            let Some(instruction) = regex.program.get(at) else { return Ok(None) };
            let matched = match instruction {
                Instruction::Accept => return Ok(Some(position)),
                Instruction::Unit(_) | Instruction::Any | Instruction::Set(_) => {
                    let matched = self.units.get(position).is_some_and(|unit| self.reads(instruction, *unit));
                    position += 1;
                    matched
                }
                Instruction::Backwards(inner) => match position.checked_sub(1) {
                    Some(before) => {
                        position = before;
                        self.units.get(before).is_some_and(|unit| self.reads(inner, *unit))
                    }
                    None => false,
                },
                Instruction::Start => {
                    position == 0
                        || regex.multiline
                            && self.units.get(position - 1).is_some_and(|unit| is_line_end(*unit))
                }
                Instruction::End => {
                    position >= self.units.len()
                        || regex.multiline && self.units.get(position).is_some_and(|unit| is_line_end(*unit))
                }
                Instruction::WordBoundary(positive) => {
                    let before = position.checked_sub(1).and_then(|before| self.units.get(before));
                    let boundary = before.is_some_and(|unit| is_word(*unit))
                        != self.units.get(position).is_some_and(|unit| is_word(*unit));
                    boundary == *positive
                }
                Instruction::Backreference(group, backwards) => {
                    match self.backreference(*group, *backwards, position) {
                        Some(next) => {
                            *budget = budget.saturating_sub(next.abs_diff(position) as u64 / 8);
                            position = next;
                            true
                        }
                        None => false,
                    }
                }
                Instruction::Split(first, second) => {
                    self.push(Undo::Branch { at: *second, position })?;
                    at = *first;
                    continue;
                }
                Instruction::Jump(target) => {
                    at = *target;
                    continue;
                }
                Instruction::Save(slot) => {
                    self.save(*slot, Some(position))?;
                    true
                }
                Instruction::Reset(first, last) => {
                    for slot in first * 2..last * 2 + 2 {
                        self.save(slot, None)?;
                    }
                    true
                }
                Instruction::SetCounter(counter) => {
                    self.set_counter(*counter, 0)?;
                    true
                }
                Instruction::Count(counter) => {
                    let count = self.counters.get(*counter).copied().unwrap_or(0);
                    self.set_counter(*counter, count + 1)?;
                    true
                }
                Instruction::Loop { counter, least, most, greedy, body, exit } => {
                    let count = self.counters.get(*counter).copied().unwrap_or(0);
                    if count < *least as usize {
                        at = *body;
                    } else if *most != u32::MAX && count >= *most as usize {
                        at = *exit;
                    } else if *greedy {
                        self.push(Undo::Branch { at: *exit, position })?;
                        at = *body;
                    } else {
                        self.push(Undo::Branch { at: *body, position })?;
                        at = *exit;
                    }
                    continue;
                }
                Instruction::Mark(register) => {
                    self.set_counter(*register, position)?;
                    true
                }
                Instruction::Progress(register) => {
                    let moved = self.counters.get(*register).is_some_and(|before| *before != position);
                    moved || self.rounds_owed(at)
                }
                Instruction::Look { negative, end } => {
                    let height = self.stack.len();
                    let found = self.run(at + 1, position, budget)?.is_some();
                    if found && !negative {
                        self.forget_branches(height);
                    } else {
                        self.undo_to(height);
                    }
                    at = *end;
                    if found != *negative {
                        continue;
                    }
                    false
                }
            };
            if matched {
                at += 1;
                continue;
            }
            match self.back(floor) {
                Some((branch, earlier)) => {
                    at = branch;
                    position = earlier;
                }
                None => return Ok(None),
            }
        }
    }

    /// Whether the repetition that a progress check belongs to still has rounds that it must make: they may
    /// consume nothing.
    fn rounds_owed(&self, at: usize) -> bool {
        let Some(Instruction::Jump(head)) = self.regex.program.get(at + 1) else { return false };
        match self.regex.program.get(*head) {
            Some(Instruction::Loop { counter, least, .. }) => {
                self.counters.get(*counter).is_some_and(|count| *count <= *least as usize)
            }
            _ => false,
        }
    }

    fn push(&mut self, undo: Undo) -> Result<(), Failure> {
        if self.stack.len() >= MAX_STACK {
            return Err(Failure::Budget);
        }
        self.stack.push(undo);
        Ok(())
    }

    fn save(&mut self, slot: usize, value: Option<usize>) -> Result<(), Failure> {
        let before = self.saves.get(slot).copied().flatten();
        if before == value {
            return Ok(());
        }
        self.push(Undo::Save { slot, before })?;
        if let Some(save) = self.saves.get_mut(slot) {
            *save = value;
        }
        Ok(())
    }

    fn set_counter(&mut self, counter: usize, value: usize) -> Result<(), Failure> {
        let before = self.counters.get(counter).copied().unwrap_or(0);
        if before == value {
            return Ok(());
        }
        self.push(Undo::Counter { counter, before })?;
        if let Some(counter) = self.counters.get_mut(counter) {
            *counter = value;
        }
        Ok(())
    }

    /// Undoes what was done since the last branch above the floor.
    fn back(&mut self, floor: usize) -> Option<(usize, usize)> {
        while self.stack.len() > floor {
            match self.stack.pop()? {
                Undo::Branch { at, position } => return Some((at, position)),
                Undo::Save { slot, before } => {
                    if let Some(save) = self.saves.get_mut(slot) {
                        *save = before;
                    }
                }
                Undo::Counter { counter, before } => {
                    if let Some(counter) = self.counters.get_mut(counter) {
                        *counter = before;
                    }
                }
            }
        }
        None
    }

    fn undo_to(&mut self, height: usize) {
        while self.back(height).is_some() {}
    }

    /// Keeps what was matched, but not the other ways to match it.
    fn forget_branches(&mut self, height: usize) {
        let mut kept = height;
        for index in height..self.stack.len() {
            if !matches!(self.stack[index], Undo::Branch { .. }) {
                self.stack.swap(kept, index);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
    }

    fn reads(&self, instruction: &Instruction, unit: u16) -> bool {
        match instruction {
            Instruction::Unit(expected) => {
                *expected == unit || self.regex.ignore_case && canonical(*expected) == canonical(unit)
            }
            Instruction::Any => !is_line_end(unit),
            Instruction::Set(set) => {
                let Some(set) = self.regex.sets.get(*set) else { return false };
                let contains =
                    |unit: u16| set.ranges.iter().any(|(first, last)| (*first..=*last).contains(&unit));
                let contained = contains(unit)
                    || self.regex.ignore_case
                        && (variants(unit).into_iter().any(contains)
                            || variants(canonical(unit)).into_iter().any(contains));
                contained != set.negated
            }
            _ => false,
        }
    }

    fn backreference(&self, group: usize, backwards: bool, position: usize) -> Option<usize> {
        let (Some(Some(start)), Some(Some(end))) = (self.saves.get(group * 2), self.saves.get(group * 2 + 1))
        else {
            return Some(position);
        };
        let length = end.checked_sub(*start)?;
        let from = if backwards { position.checked_sub(length)? } else { position };
        let expected = self.units.get(*start..*end)?;
        let actual = self.units.get(from..from + length)?;
        let equal = if self.regex.ignore_case {
            expected.iter().zip(actual).all(|(a, b)| canonical(*a) == canonical(*b))
        } else {
            expected == actual
        };
        equal.then_some(if backwards { from } else { from + length })
    }
}

fn is_line_end(unit: u16) -> bool {
    matches!(unit, 0x0a | 0x0d | 0x2028 | 0x2029)
}

fn is_word(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A unit without its case: its upper case, where that is a single unit and no ASCII letter comes of
/// another.
fn canonical(unit: u16) -> u16 {
    if unit < 0x80 {
        return u16::from((unit as u8).to_ascii_uppercase());
    }
    let Some(character) = char::from_u32(u32::from(unit)) else { return unit };
    let mut upper = character.to_uppercase();
    match (upper.next().map(u32::from), upper.next()) {
        (Some(upper @ 0x80..=0xffff), None) => upper as u16,
        _ => unit,
    }
}

/// The lower case of a unit and its canonical form.
fn variants(unit: u16) -> [u16; 2] {
    let lower = match char::from_u32(u32::from(unit)).map(char::to_lowercase) {
        Some(mut lower) => match (lower.next().map(u32::from), lower.next()) {
            (Some(lower @ 0..=0xffff), None) => lower as u16,
            _ => unit,
        },
        None => unit,
    };
    [if canonical(lower) == canonical(unit) { lower } else { unit }, canonical(unit)]
}
