//! Undo and redo: steps between which a text goes back and forth.
//!
//! The history holds no text, only what differs between the steps. Whoever has the text gives it, and
//! gets the text after the step back. A fingerprint tells whether a kept history belongs to a text.

use json::{Map, Span, Str, Value};

use crate::{Patch, Replacement};

/// Steps that can be undone.
const MOST_STEPS: usize = 500;
/// Bytes of all steps together; the oldest are forgotten beyond.
const MOST_BYTES: usize = 8 << 20;
/// What belongs together pauses for less than this, in milliseconds.
const BURST_MS: f64 = 900.0;
/// No burst is longer, in milliseconds: an undo takes back what one still remembers.
const LONGEST_BURST_MS: f64 = 20_000.0;

/// What is selected, the main state first. Not looked at here, only kept with the steps.
pub type Selection = Vec<Str>;

/// A change that is about to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change<'c> {
    /// In the past tense: `Renamed A to B`.
    pub title: &'c str,
    /// Changes with the same key that follow each other soon are one step.
    pub merge: Option<&'c str>,
    /// What is selected before it.
    pub selection: Selection,
    /// The time in milliseconds on any clock that goes on.
    pub now_ms: f64,
}

/// Where an undo or a redo has led.
#[derive(Clone, Debug, PartialEq)]
pub struct Travel {
    pub text: String,
    /// What was done to the text to get there.
    pub patch: Patch,
    pub title: String,
    pub selection: Selection,
}

#[derive(Clone, Debug, PartialEq)]
struct Step {
    title: String,
    forward: Patch,
    backward: Patch,
    before: Selection,
    after: Selection,
    merge: Option<String>,
    /// When it began, and when it was last added to.
    began_ms: f64,
    changed_ms: f64,
}

impl Step {
    fn size(&self) -> usize {
        self.forward.size() + self.backward.size() + 64
    }

    /// Adds a change to the step. `between` is the text that it is for.
    fn add(&mut self, patch: &Patch, inverse: &Patch, between: &str) {
        self.forward = self.forward.then(patch, between);
        self.backward = inverse.then(&self.backward, between);
    }
}

/// Everything since the mark is one step.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    title: String,
    has_step: bool,
    /// What could be redone when the mark was set: bailing out brings it back.
    undone: Vec<Step>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    mark: Option<Mark>,
}

impl History {
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// What the next undo takes back, and what the next redo brings.
    pub fn titles(&self) -> (Option<&str>, Option<&str>) {
        (self.done.last().map(|step| &*step.title), self.undone.last().map(|step| &*step.title))
    }

    /// Makes a change of a text and gives the text after it.
    pub fn apply(&mut self, text: &str, patch: &Patch, change: Change<'_>) -> String {
        let (after, inverse) = patch.apply_to(text);
        let undone = std::mem::take(&mut self.undone);
        let joins = match &mut self.mark {
            Some(mark) => {
                let joins = mark.has_step;
                if !joins {
                    mark.undone = undone;
                }
                mark.has_step = true;
                joins
            }
            None => self.done.last().is_some_and(|last| {
                last.merge.is_some()
                    && last.merge.as_deref() == change.merge
                    && undone.is_empty()
                    && change.now_ms - last.changed_ms < BURST_MS
                    && change.now_ms - last.began_ms < LONGEST_BURST_MS
            }),
        };
        match self.done.last_mut().filter(|_| joins) {
            Some(last) => {
                last.add(patch, &inverse, text);
                last.changed_ms = change.now_ms;
                last.after.clone_from(&change.selection);
                if self.mark.is_none() {
                    change.title.clone_into(&mut last.title);
                }
            }
            None => {
                let title = self.mark.as_ref().map_or(change.title, |mark| &mark.title);
                self.done.push(Step {
                    title: title.to_owned(),
                    forward: patch.clone(),
                    backward: inverse,
                    after: change.selection.clone(),
                    before: change.selection,
                    merge: change.merge.map(str::to_owned),
                    began_ms: change.now_ms,
                    changed_ms: change.now_ms,
                });
                self.forget(MOST_STEPS, MOST_BYTES);
            }
        }
        after
    }

    /// Notes what is selected after the last step.
    pub fn set_selection_after(&mut self, selection: Selection) {
        if let Some(last) = self.done.last_mut() {
            last.after = selection;
        }
    }

    /// Takes the last step back.
    pub fn undo(&mut self, text: &str) -> Option<Travel> {
        self.mark = None;
        let mut step = self.done.pop()?;
        step.merge = None;
        let travel = Travel {
            text: step.backward.apply_to(text).0,
            patch: step.backward.clone(),
            title: step.title.clone(),
            selection: step.before.clone(),
        };
        self.undone.push(step);
        Some(travel)
    }

    /// Makes the last step again that was taken back.
    pub fn redo(&mut self, text: &str) -> Option<Travel> {
        self.mark = None;
        let step = self.undone.pop()?;
        let travel = Travel {
            text: step.forward.apply_to(text).0,
            patch: step.forward.clone(),
            title: step.title.clone(),
            selection: step.after.clone(),
        };
        self.done.push(step);
        Some(travel)
    }

    /// From here to [`History::end_mark`], all changes are one step of this title.
    pub fn begin_mark(&mut self, title: &str) {
        self.mark = Some(Mark { title: title.to_owned(), has_step: false, undone: Vec::new() });
    }

    pub fn end_mark(&mut self) {
        self.mark = None;
    }

    pub fn has_mark(&self) -> bool {
        self.mark.is_some()
    }

    /// Takes everything since the mark back, as if it had never been. None if nothing has been changed.
    pub fn bail(&mut self, text: &str) -> Option<Travel> {
        let mark = self.mark.take().filter(|mark| mark.has_step)?;
        let travel = self.undo(text)?;
        self.undone = mark.undone;
        Some(travel)
    }

    /// Ends a burst: what follows is a step of its own.
    pub fn end_burst(&mut self) {
        if let Some(last) = self.done.last_mut() {
            last.merge = None;
        }
    }

    /// Keeps the latest steps: as many as that, and as many bytes of what can be undone.
    fn forget(&mut self, most_steps: usize, most_bytes: usize) {
        let surplus = self.done.len() - self.latest(most_steps, most_bytes).len();
        self.done.drain(..surplus);
    }

    /// The latest steps, so many and so large at most.
    fn latest(&self, most_steps: usize, most_bytes: usize) -> &[Step] {
        let mut bytes = 0;
        let within = self.done.iter().rev().take(most_steps).take_while(|step| {
            bytes += step.size();
            bytes <= most_bytes
        });
        let surplus = self.done.len().saturating_sub(within.count());
        self.done.get(surplus..).unwrap_or_default()
    }

    /// The latest steps as JSON text, for [`History::from_text`]; at most about so many bytes.
    pub fn to_text(&self, document: &str, most_bytes: usize) -> String {
        let done = self.latest(MOST_STEPS, most_bytes / 2);
        let mut undone_bytes = 0;
        // What can be redone is only of use from the next one on.
        let redo = self.undone.iter().rev().take_while(|step| {
            undone_bytes += step.size();
            undone_bytes <= most_bytes / 4
        });
        let redo: Vec<Value> = redo.map(step_value).collect();
        Value::from_members([
            ("of", Value::from(fingerprint(document))),
            ("done", Value::array(done.iter().map(step_value).collect())),
            ("undone", Value::array(redo.into_iter().rev().collect())),
        ])
        .to_text()
    }

    /// What was kept for a document. Nothing where it was kept for another text, or can't be read.
    pub fn from_text(kept: &str, document: &str) -> Option<History> {
        let value = json::parse(kept).ok()?;
        if value.get("of")?.as_str()? != fingerprint(document) {
            return None;
        }
        let steps =
            |name: &str| -> Option<Vec<Step>> { value.get(name)?.as_array()?.iter().map(step_of).collect() };
        Some(History { done: steps("done")?, undone: steps("undone")?, mark: None })
    }
}

/// Tells texts apart: their length and a 64-bit FNV-1a hash.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{}-{hash:x}", text.len())
}

fn step_value(step: &Step) -> Value {
    let patch = |patch: &Patch| {
        let items = patch.replacements.iter().flat_map(|replacement| {
            let Span { start, end } = replacement.span;
            [start, end]
                .map(|offset| Value::int(offset as i64))
                .into_iter()
                .chain([Value::from(replacement.text.as_str())])
        });
        Value::array(items.collect())
    };
    let selection =
        |keys: &Selection| Value::array(keys.iter().map(|key| Value::string(key.clone())).collect());
    let mut members = Map::new();
    members.insert("title", Value::from(step.title.as_str()));
    members.insert("forward", patch(&step.forward));
    members.insert("backward", patch(&step.backward));
    members.insert("before", selection(&step.before));
    members.insert("after", selection(&step.after));
    Value::object(members)
}

fn step_of(value: &Value) -> Option<Step> {
    let patch = |name: &str| -> Option<Patch> {
        let items = value.get(name)?.as_array()?;
        let replacements = items.chunks(3).map(|item| {
            let offset = |value: &Value| usize::try_from(value.as_i64()?).ok();
            let [start, end, text] = item else { return None };
            let (start, end) = (offset(start)?, offset(end)?);
            (start <= end)
                .then_some(Replacement { span: Span::new(start, end), text: text.as_str()?.to_owned() })
        });
        Some(Patch { replacements: replacements.collect::<Option<_>>()? })
    };
    let selection = |name: &str| -> Option<Selection> {
        value.get(name)?.as_array()?.iter().map(|key| key.as_str().map(Str::from)).collect()
    };
    Some(Step {
        title: value.get("title")?.as_str()?.to_owned(),
        forward: patch("forward")?,
        backward: patch("backward")?,
        before: selection("before")?,
        after: selection("after")?,
        merge: None,
        began_ms: 0.0,
        changed_ms: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use json::Span;

    use super::{Change, History};
    use crate::Patch;

    fn change<'c>(title: &'c str, merge: Option<&'c str>, now_ms: f64) -> Change<'c> {
        Change { title, merge, selection: vec![title.into()], now_ms }
    }

    fn insert(at: usize, text: &str) -> Patch {
        Patch::replace(Span::empty_at(at), text)
    }

    #[test]
    fn steps_go_back_and_forth() {
        let mut history = History::default();
        let one = history.apply("", &insert(0, "one"), change("One", None, 0.0));
        let two = history.apply(&one, &insert(3, " two"), change("Two", None, 1.0));
        assert_eq!((two.as_str(), history.titles()), ("one two", (Some("Two"), None)));
        let back = history.undo(&two).unwrap();
        assert_eq!((back.text.as_str(), back.title.as_str()), ("one", "Two"));
        assert_eq!(history.redo(&back.text).unwrap().text, "one two");
        let back = history.undo(&two).unwrap().text;
        history.apply(&back, &insert(0, "other "), change("Other", None, 2.0));
        assert!(!history.can_redo());
    }

    #[test]
    fn a_burst_is_one_step() {
        let mut history = History::default();
        let mut text = String::new();
        for (at, time) in [0.0, 300.0, 700.0, 5_000.0].into_iter().enumerate() {
            text = history.apply(&text, &insert(at, "x"), change("Typed", Some("typing"), time));
        }
        text = history.apply(&text, &insert(0, "y"), change("Set", Some("/Comment"), 5_100.0));
        assert_eq!(text, "yxxxx");
        let texts: Vec<String> = std::iter::from_fn(|| {
            text = history.undo(&text)?.text;
            Some(text.clone())
        })
        .collect();
        assert_eq!(texts, ["xxxx", "xxx", ""]);
    }

    #[test]
    fn a_mark_makes_one_step_or_none() {
        let mut history = History::default();
        let text = history.apply("", &insert(0, "kept"), change("Kept", None, 0.0));
        let text = history.apply(&text, &insert(4, "!"), change("Undone", None, 0.0));
        let text = history.undo(&text).unwrap().text;
        history.begin_mark("Dragged");
        let mut moved = text.clone();
        for at in 0..3 {
            moved = history.apply(&moved, &insert(at, "."), change("Moved", None, 0.0));
        }
        assert_eq!(moved, "...kept");
        let bailed = history.bail(&moved).unwrap();
        assert_eq!((bailed.text.as_str(), history.titles()), ("kept", (Some("Kept"), Some("Undone"))));
        history.begin_mark("Dragged");
        moved = history.apply(&bailed.text, &insert(0, "."), change("Moved", None, 0.0));
        moved = history.apply(&moved, &insert(0, ","), change("Moved", None, 0.0));
        history.end_mark();
        assert_eq!(history.titles(), (Some("Dragged"), None));
        assert_eq!(history.undo(&moved).unwrap().text, "kept");
        history.begin_mark("Nothing");
        assert_eq!(history.bail("kept"), None);
    }

    #[test]
    fn what_is_kept_belongs_to_one_text() {
        let mut history = History::default();
        let mut text = String::new();
        for count in 0..20 {
            text = history.apply(&text, &insert(0, "0123456789é"), change("Added", None, f64::from(count)));
        }
        text = history.undo(&text).unwrap().text;
        let kept = history.to_text(&text, 100_000);
        assert_eq!(History::from_text(&kept, "something else"), None);
        assert_eq!(History::from_text("{}", &text), None);
        let mut again = History::from_text(&kept, &text).unwrap();
        assert_eq!(again.redo(&text).unwrap().text.len(), 240);
        let mut back = text.clone();
        while let Some(travel) = again.undo(&back) {
            back = travel.text;
        }
        assert!(back.len() == 12 || back.is_empty(), "{back}");
        let short = history.to_text(&text, 500);
        assert!(short.len() < 1_000, "{}", short.len());
        assert!(History::from_text(&short, &text).is_some());
    }
}
