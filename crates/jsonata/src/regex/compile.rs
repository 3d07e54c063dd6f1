//! From parsed patterns to instructions.

use super::parse::Item;

#[derive(Debug)]
pub(super) enum Instruction {
    Unit(u16),
    Any,
    Set(usize),
    Start,
    End,
    WordBoundary(bool),
    /// The text of a group, forwards or backwards.
    Backreference(usize, bool),
    /// Goes on at the first target; on failure at the second.
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    /// Forgets the groups from one up to another: each round of a repetition starts without them.
    Reset(usize, usize),
    /// Sets a counter to zero.
    SetCounter(usize),
    /// Counts a round.
    Count(usize),
    /// At the head of a counted repetition: goes on into the body while fewer rounds than `least`, out of it
    /// after `most`, and tries both in between.
    Loop {
        counter: usize,
        least: u32,
        most: u32,
        greedy: bool,
        body: usize,
        exit: usize,
    },
    /// Notes the position in a register.
    Mark(usize),
    /// Fails where nothing was consumed since the mark.
    Progress(usize),
    /// Tries the instructions up to `end` from here, without consuming.
    Look {
        negative: bool,
        end: usize,
    },
    /// The end of the pattern or of what is looked for.
    Accept,
    /// Reads the unit before the position instead of the one after it.
    Backwards(Box<Instruction>),
}

pub(super) struct Compiled {
    pub(super) program: Vec<Instruction>,
    pub(super) counters: usize,
}

const MAX_PROGRAM: usize = 100_000;

pub(super) fn compile(root: &Item) -> Result<Compiled, String> {
    let mut compiler = Compiler { program: Vec::new(), counters: 0 };
    compiler.item(root, false)?;
    compiler.program.push(Instruction::Accept);
    Ok(Compiled { program: compiler.program, counters: compiler.counters })
}

struct Compiler {
    program: Vec<Instruction>,
    counters: usize,
}

impl Compiler {
    fn push(&mut self, instruction: Instruction) -> Result<usize, String> {
        if self.program.len() >= MAX_PROGRAM {
            return Err("the pattern is too large".to_owned());
        }
        self.program.push(instruction);
        Ok(self.program.len() - 1)
    }

    fn reading(&mut self, instruction: Instruction, backwards: bool) -> Result<(), String> {
        let instruction = if backwards { Instruction::Backwards(Box::new(instruction)) } else { instruction };
        self.push(instruction).map(|_| ())
    }

    fn counter(&mut self) -> usize {
        self.counters += 1;
        self.counters - 1
    }

    fn item(&mut self, item: &Item, backwards: bool) -> Result<(), String> {
        match item {
            Item::Empty => {}
            Item::Unit(unit) => self.reading(Instruction::Unit(*unit), backwards)?,
            Item::Any => self.reading(Instruction::Any, backwards)?,
            Item::Set(set) => self.reading(Instruction::Set(*set), backwards)?,
            Item::Start => {
                self.push(Instruction::Start)?;
            }
            Item::End => {
                self.push(Instruction::End)?;
            }
            Item::WordBoundary(positive) => {
                self.push(Instruction::WordBoundary(*positive))?;
            }
            Item::Backreference(group) => {
                self.push(Instruction::Backreference(*group, backwards))?;
            }
            Item::Group(inner, None) => self.item(inner, backwards)?,
            Item::Group(inner, Some(group)) => {
                let (first, second) =
                    if backwards { (group * 2 + 1, group * 2) } else { (group * 2, group * 2 + 1) };
                self.push(Instruction::Save(first))?;
                self.item(inner, backwards)?;
                self.push(Instruction::Save(second))?;
            }
            Item::Look { inner, ahead, negative } => {
                let look = self.push(Instruction::Accept)?;
                self.item(inner, !ahead)?;
                self.push(Instruction::Accept)?;
                let end = self.program.len();
                self.program[look] = Instruction::Look { negative: *negative, end };
            }
            Item::Sequence(items) => {
                if backwards {
                    for item in items.iter().rev() {
                        self.item(item, true)?;
                    }
                } else {
                    for item in items {
                        self.item(item, false)?;
                    }
                }
            }
            Item::Alternatives(branches) => self.alternatives(branches, backwards)?,
            Item::Repeat { inner, least, most, greedy, first_group, last_group } => {
                self.repeat(inner, *least, *most, *greedy, (*first_group, *last_group), backwards)?;
            }
        }
        Ok(())
    }

    fn alternatives(&mut self, branches: &[Item], backwards: bool) -> Result<(), String> {
        let mut jumps = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            if index + 1 == branches.len() {
                self.item(branch, backwards)?;
                break;
            }
            let split = self.push(Instruction::Accept)?;
            self.item(branch, backwards)?;
            jumps.push(self.push(Instruction::Accept)?);
            self.program[split] = Instruction::Split(split + 1, self.program.len());
        }
        let end = self.program.len();
        for jump in jumps {
            self.program[jump] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        inner: &Item,
        least: u32,
        most: Option<u32>,
        greedy: bool,
        (first_group, last_group): (usize, usize),
        backwards: bool,
    ) -> Result<(), String> {
        if most == Some(0) {
            return Ok(());
        }
        let counted = least > 0 || most.is_some_and(|most| most > 1);
        let consumes = always_consumes(inner);
        let counter = counted.then(|| self.counter());
        let mark = (!consumes).then(|| self.counter());
        if let Some(counter) = counter {
            self.push(Instruction::SetCounter(counter))?;
        }
        let head = self.push(Instruction::Accept)?;
        if let Some(mark) = mark {
            self.push(Instruction::Mark(mark))?;
        }
        if last_group >= first_group {
            self.push(Instruction::Reset(first_group, last_group))?;
        }
        self.item(inner, backwards)?;
        if let Some(counter) = counter {
            self.push(Instruction::Count(counter))?;
        }
        if let Some(mark) = mark {
            self.push(Instruction::Progress(mark))?;
        }
        if most != Some(1) || counter.is_some() {
            self.push(Instruction::Jump(head))?;
        }
        let exit = self.program.len();
        let body = head + 1;
        self.program[head] = match counter {
            Some(counter) => {
                let most = most.unwrap_or(u32::MAX);
                Instruction::Loop { counter, least, most, greedy, body, exit }
            }
            None if greedy => Instruction::Split(body, exit),
            None => Instruction::Split(exit, body),
        };
        Ok(())
    }
}

/// Whether a match of the item is never empty.
fn always_consumes(item: &Item) -> bool {
    match item {
        Item::Unit(_) | Item::Any | Item::Set(_) => true,
        Item::Empty
        | Item::Start
        | Item::End
        | Item::WordBoundary(_)
        | Item::Backreference(_)
        | Item::Look { .. } => false,
        Item::Group(inner, _) => always_consumes(inner),
        Item::Sequence(items) => items.iter().any(always_consumes),
        Item::Alternatives(branches) => branches.iter().all(always_consumes),
        Item::Repeat { inner, least, .. } => *least > 0 && always_consumes(inner),
    }
}
