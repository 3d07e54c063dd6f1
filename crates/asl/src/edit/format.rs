use json::Span;

use super::EditError;
use crate::{Document, Patch, Replacement};

/// Changes the blanks between tokens only, so that everything else stays to the byte.
pub(super) fn plan(document: &Document) -> Result<Patch, EditError> {
    let tree = document.tree();
    if !tree.problems().is_empty() {
        return Err(EditError::BrokenText);
    }
    let text = tree.text();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut replacements = Vec::new();
    let mut depth = 0_usize;
    let mut previous: Option<(u8, usize)> = None;
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut set = |from: usize, to: usize, wanted: String| {
        if text.get(from..to) != Some(&*wanted) {
            replacements.push(Replacement { span: Span::new(from, to), text: wanted });
        }
    };
    let mut at = start;
    while let Some((begin, end)) = next_token(text, at) {
        let first = text.as_bytes().get(begin).copied().unwrap_or_default();
        if matches!(first, b'}' | b']') {
            depth = depth.saturating_sub(1);
        }
        let line = |depth: usize| format!("{newline}{}", "  ".repeat(depth));
        let wanted = match (previous.map(|(byte, _)| byte), first) {
            (None, _) => String::new(),
            (Some(b'{' | b'['), b'}' | b']') | (_, b',' | b':') => String::new(),
            (Some(b'{' | b'[' | b','), _) | (_, b'}' | b']') => line(depth),
            (Some(b':'), _) => " ".to_owned(),
            _ => String::new(),
        };
        set(previous.map_or(start, |(_, end)| end), begin, wanted);
        if matches!(first, b'{' | b'[') {
            depth += 1;
        }
        previous = Some((first, end));
        at = end;
    }
    // One line break at the end if there is any.
    if let Some((_, end)) = previous {
        let rest = text.get(end..).unwrap_or_default();
        set(end, text.len(), if rest.contains('\n') { newline.to_owned() } else { String::new() });
    }
    Ok(Patch::new(replacements))
}

/// The next token of a correct text.
fn next_token(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?;
    let begin = at + (rest.len() - rest.trim_start_matches(super::text::BLANKS).len());
    let bytes = text.as_bytes();
    let end = match bytes.get(begin)? {
        b'{' | b'}' | b'[' | b']' | b',' | b':' => begin + 1,
        b'"' => {
            let mut end = begin + 1;
            while let Some(byte) = bytes.get(end) {
                match byte {
                    b'"' => return Some((begin, end + 1)),
                    b'\\' => end += 2,
                    _ => end += 1,
                }
            }
            bytes.len()
        }
        _ => {
            let is_end = |byte: &u8| b" \t\r\n,:{}[]\"".contains(byte);
            bytes.iter().skip(begin).position(is_end).map_or(bytes.len(), |len| begin + len)
        }
    };
    Some((begin, end))
}
