//! Changes of a text, as small as possible.

use json::Span;

/// One range of a text and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    pub span: Span,
    pub text: String,
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

#[cfg(test)]
mod tests {
    use json::Span;

    use super::{Patch, Replacement};

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
