//! Changes of a text, as small as possible.

use json::Span;

/// One range of a text and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    pub span: Span,
    pub text: String,
}

/// Lines that a patch changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedLines {
    /// The number of the first of them in the text before the patch, from 1.
    pub line: usize,
    pub before: String,
    pub after: String,
}

/// Replacements in ascending order that don't overlap. All spans are of the text before the patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    pub replacements: Vec<Replacement>,
}

impl Patch {
    /// Sorts the replacements. Of two that insert at the same place the first given comes first.
    pub fn new(mut replacements: Vec<Replacement>) -> Patch {
        replacements.sort_by_key(|replacement| (replacement.span.start, replacement.span.end));
        Patch { replacements }
    }

    pub fn replace(span: Span, text: impl Into<String>) -> Patch {
        Patch { replacements: vec![Replacement { span, text: text.into() }] }
    }

    pub fn is_empty(&self) -> bool {
        self.replacements.is_empty()
    }

    /// The text after the patch and the patch that undoes it.
    /// Replacements that don't fit the text are left out.
    pub fn apply_to(&self, text: &str) -> (String, Patch) {
        let mut out = String::with_capacity(text.len());
        let mut inverse = Vec::with_capacity(self.replacements.len());
        let mut at = 0;
        for replacement in &self.replacements {
            let span = replacement.span;
            let (Some(before), Some(old)) = (text.get(at..span.start), text.get(span.range())) else {
                continue;
            };
            out.push_str(before);
            let start = out.len();
            out.push_str(&replacement.text);
            inverse.push(Replacement { span: Span::new(start, out.len()), text: old.to_owned() });
            at = span.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        (out, Patch { replacements: inverse })
    }

    /// The smallest single replacement that makes one text the other; empty if they are equal.
    pub fn between(before: &str, after: &str) -> Patch {
        if before == after {
            return Patch::default();
        }
        let (prefix, suffix) = json::tree::common_ends(before, after);
        let text = after.get(prefix..after.len() - suffix).unwrap_or_default();
        Patch::replace(Span::new(prefix, before.len() - suffix), text)
    }

    /// This patch and then another one, as one patch. `between` is the text after this one, which the
    /// other one is for. Replacements that touch become one.
    pub fn then(&self, next: &Patch, between: &str) -> Patch {
        // Where this patch's replacements are in the text between, and by how much each shifts what follows.
        let mut shift = 0_isize;
        let mut ours = self.replacements.iter().map(|replacement| {
            let start = replacement.span.start.saturating_add_signed(shift);
            let growth = replacement.text.len() as isize - replacement.span.len() as isize;
            shift += growth;
            (start, start + replacement.text.len(), growth)
        });
        let mut theirs = next
            .replacements
            .iter()
            .filter(|replacement| between.get(replacement.span.range()).is_some())
            .peekable();
        let mut our_next = ours.next();
        let mut shift = 0_isize;
        let mut merged = Vec::new();
        loop {
            let starts = [our_next.map(|(start, ..)| start), theirs.peek().map(|their| their.span.start)];
            let Some(start) = starts.into_iter().flatten().min() else { break };
            let old_start = start.saturating_add_signed(-shift);
            let (mut end, mut copied, mut text) = (start, start, String::new());
            loop {
                if let Some((_, our_end, growth)) = our_next.filter(|(our_start, ..)| *our_start <= end) {
                    end = end.max(our_end);
                    shift += growth;
                    our_next = ours.next();
                } else if let Some(their) = theirs.next_if(|their| their.span.start <= end) {
                    end = end.max(their.span.end);
                    text.push_str(between.get(copied..their.span.start).unwrap_or_default());
                    text.push_str(&their.text);
                    copied = copied.max(their.span.end);
                } else {
                    break;
                }
            }
            text.push_str(between.get(copied..end).unwrap_or_default());
            let span = Span::new(old_start, end.saturating_add_signed(-shift));
            merged.push(Replacement { span, text });
        }
        Patch { replacements: merged }
    }

    /// How many bytes the replacements hold.
    pub fn size(&self) -> usize {
        self.replacements.iter().map(|replacement| replacement.text.len()).sum()
    }

    /// Where characters of the old text are in the new one; none for those that are replaced.
    /// `offsets` are those of the characters' first bytes, in ascending order.
    pub fn map_kept(&self, offsets: impl IntoIterator<Item = usize>) -> Vec<Option<usize>> {
        let mut replacements = self.replacements.iter().peekable();
        let mut shift = 0_isize;
        offsets
            .into_iter()
            .map(|offset| {
                while let Some(passed) = replacements.next_if(|replacement| replacement.span.end <= offset) {
                    shift += passed.text.len() as isize - passed.span.len() as isize;
                }
                let is_replaced = replacements.peek().is_some_and(|next| next.span.start <= offset);
                (!is_replaced).then(|| offset.saturating_add_signed(shift))
            })
            .collect()
    }

    /// The whole lines that the patch changes, before and after it, without their last line breaks.
    pub fn changed_lines(&self, text: &str) -> Vec<ChangedLines> {
        let start_of =
            |at: usize| text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end_of =
            |at: usize| text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end);
        let mut regions: Vec<(Span, Vec<&Replacement>)> = Vec::new();
        for replacement in &self.replacements {
            if text.get(replacement.span.range()).is_none() {
                continue;
            }
            let lines = Span::new(start_of(replacement.span.start), end_of(replacement.span.end));
            match regions.last_mut() {
                Some((region, replacements)) if lines.start <= region.end => {
                    region.end = region.end.max(lines.end);
                    replacements.push(replacement);
                }
                _ => regions.push((lines, vec![replacement])),
            }
        }
        let mut counted = (0, 1);
        regions
            .into_iter()
            .filter_map(|(region, replacements)| {
                let breaks = text.get(counted.0..region.start)?.matches('\n').count();
                counted = (region.start, counted.1 + breaks);
                let before = text.get(region.range())?;
                let shifted = replacements.into_iter().map(|replacement| Replacement {
                    span: Span::new(
                        replacement.span.start - region.start,
                        replacement.span.end - region.start,
                    ),
                    text: replacement.text.clone(),
                });
                let (after, _) = Patch { replacements: shifted.collect() }.apply_to(before);
                Some(without_common_lines(counted.1, before, &after))
            })
            .collect()
    }

    /// Where an offset of the old text is in the new one. An offset inside of replaced text moves to its end.
    pub fn map_offset(&self, offset: usize) -> usize {
        let mut shifted = offset as isize;
        for replacement in &self.replacements {
            let span = replacement.span;
            if span.start > offset || (span.start == offset && !span.is_empty()) {
                break;
            }
            let covered = span.end.min(offset) as isize - span.start as isize;
            let kept = (offset as isize - span.end as isize).max(0);
            let before = shifted - kept - covered;
            shifted = before + replacement.text.len() as isize + kept;
        }
        usize::try_from(shifted).unwrap_or_default()
    }
}

/// Lines before and after a change, without those at their start and end that are the same.
fn without_common_lines(line: usize, before: &str, after: &str) -> ChangedLines {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let ahead = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - ahead;
    let behind =
        old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let part = |lines: &[&str]| lines.get(ahead..lines.len() - behind).unwrap_or_default().join("\n");
    ChangedLines { line: line + ahead, before: part(&old), after: part(&new) }
}

#[cfg(test)]
mod tests {
    use json::Span;

    use super::{Patch, Replacement};

    #[test]
    fn changed_lines_are_whole() {
        let text = "a\nb b\nc\nd\n";
        let replace =
            |start, end, text: &str| Replacement { span: Span::new(start, end), text: text.to_owned() };
        let patch = Patch::new(vec![replace(2, 3, "x"), replace(5, 5, "\nnew"), replace(8, 9, "D")]);
        let found: Vec<String> = patch
            .changed_lines(text)
            .into_iter()
            .map(|lines| format!("{} {:?} {:?}", lines.line, lines.before, lines.after))
            .collect();
        assert_eq!(found, [r#"2 "b b" "x b\nnew""#, r#"4 "d" "D""#]);
        assert_eq!(Patch::new(vec![replace(50, 51, "")]).changed_lines(text), []);
    }

    #[test]
    fn lines_that_stay_are_not_among_the_changed_ones() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2\n}\n";
        let insert = |at, text: &str| Replacement { span: Span::empty_at(at), text: text.to_owned() };
        let lines = |patch: Patch| -> Vec<String> {
            let changed = patch.changed_lines(text).into_iter();
            changed.map(|lines| format!("{} {:?} {:?}", lines.line, lines.before, lines.after)).collect()
        };
        assert_eq!(lines(Patch::new(vec![insert(11, "\n  \"c\": 3,")])), [r#"3 "" "  \"c\": 3,""#]);
        assert_eq!(lines(Patch::replace(Span::new(11, 20), "")), [r#"3 "  \"b\": 2" """#]);
        assert_eq!(lines(Patch::replace(Span::new(1, 11), "")), [r#"2 "  \"a\": 1," """#]);
    }

    #[test]
    fn a_patch_and_its_inverse_cancel() {
        let text = "one two three";
        let replace =
            |start, end, text: &str| Replacement { span: Span::new(start, end), text: text.to_owned() };
        let patch = Patch::new(vec![replace(8, 13, ""), replace(0, 3, "eleven"), replace(4, 4, "and ")]);
        let (after, inverse) = patch.apply_to(text);
        assert_eq!(after, "eleven and two ");
        assert_eq!(inverse.apply_to(&after).0, text);
        assert_eq!(patch.map_offset(0), 0);
        assert_eq!(patch.map_offset(2), 6);
        assert_eq!(patch.map_offset(5), 12);
        assert_eq!(patch.map_offset(13), 15);
    }
}
