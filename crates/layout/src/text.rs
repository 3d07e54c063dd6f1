//! Text measured without a browser, so that layout stays pure.
//!
//! The widths are those of a common sans serif, a little enlarged, because the system fonts of today run
//! slightly wider. They are meant for keeping room, not for placing glyphs.

/// Widths of the characters from U+0020 to U+007E in thousandths of the font size.
const ASCII: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, // space to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
];

/// How much wider today's system fonts run than the table.
const SYSTEM_FONT_FACTOR: f64 = 1.05;

const ELLIPSIS: char = '…';

/// The approximate width of a line of text in CSS pixels, for a sans serif of normal weight whose size is
/// `font_px` CSS pixels.
pub fn measure(text: &str, font_px: f64) -> f64 {
    text.chars().map(|c| char_width(c, font_px)).sum()
}

/// Breaks text into at most `max_lines` lines no wider than `max_width` CSS pixels.
///
/// Breaks after spaces, hyphens, underscores and other joining signs, and where a lower-case letter meets an
/// upper-case one, as state names are often written; a longer run is broken anywhere. Text that does not fit
/// ends in an ellipsis. There is always at least one line, which may be empty.
pub fn wrap(text: &str, font_px: f64, max_width: f64, max_lines: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while lines.len() + 1 < max_lines.max(1) {
        let Some(end) = line_end(rest, font_px, max_width) else { break };
        let (line, after) = rest.split_at(end);
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines.push(truncate(rest, font_px, max_width));
    lines
}

/// The text if it fits into `max_width` CSS pixels, or as much of its beginning as fits with an ellipsis.
pub fn truncate(text: &str, font_px: f64, max_width: f64) -> String {
    let mut width = 0.0;
    let mut end_with_ellipsis = 0;
    for (at, c) in text.char_indices() {
        if width + char_width(ELLIPSIS, font_px) <= max_width {
            end_with_ellipsis = at;
        }
        width += char_width(c, font_px);
        if width > max_width {
            let kept = text.get(..end_with_ellipsis).unwrap_or_default();
            return format!("{}{ELLIPSIS}", kept.trim_end());
        }
    }
    text.to_owned()
}

fn char_width(c: char, font_px: f64) -> f64 {
    let thousandths = match c {
        ' '..='~' => ASCII.get(c as usize - 0x20).copied().unwrap_or(556),
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => 0,
        // Combining marks, zero-width characters and variation selectors.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        ELLIPSIS => 1000,
        // East Asian scripts and emoji are square.
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}' => 1000,
        '\u{1f000}'..='\u{1faff}' => 1300,
        '\u{20000}'..='\u{3fffd}' => 1000,
        _ if c.is_uppercase() => 690,
        _ => 580,
    };
    f64::from(thousandths) / 1000.0 * font_px * SYSTEM_FONT_FACTOR
}

/// Where to end the first line, or none if all of it fits.
fn line_end(text: &str, font_px: f64, max_width: f64) -> Option<usize> {
    let mut width = 0.0;
    let mut best = None;
    let mut last_fitting = 0;
    let mut previous: Option<char> = None;
    for (at, c) in text.char_indices() {
        if at > 0 && previous.is_some_and(|p| is_break(p, c)) {
            best = Some(at);
        }
        if !c.is_whitespace() && width + char_width(c, font_px) > max_width {
            // A break that leaves most of the line empty is worse than one inside a word.
            let enough = max_width * 0.35;
            let soft = best.filter(|&end| measure(text.get(..end).unwrap_or_default(), font_px) >= enough);
            let end = soft.unwrap_or(last_fitting.max(text.chars().next().map_or(0, char::len_utf8)));
            return (end < text.len()).then_some(end);
        }
        width += char_width(c, font_px);
        last_fitting = at + c.len_utf8();
        previous = Some(c);
    }
    None
}

fn is_break(before: char, after: char) -> bool {
    before.is_whitespace()
        || matches!(before, '-' | '_' | '/' | '.' | ':' | ',' | ';' | '|' | '&' | '=' | ')')
        || (before.is_lowercase() && after.is_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_letters_measure_wider_and_width_grows_with_the_font() {
        assert!(measure("MMM", 14.0) > measure("iii", 14.0));
        assert!((measure("state", 28.0) - 2.0 * measure("state", 14.0)).abs() < 1e-9);
        assert_eq!(measure("", 14.0), 0.0);
    }

    #[test]
    fn names_break_where_words_meet() {
        let check = |text: &str, width: f64, expected: &[&str]| {
            assert_eq!(wrap(text, 14.0, width, 2), expected, "{text}");
        };
        check("Short", 100.0, &["Short"]);
        check("Validate the order", 100.0, &["Validate the", "order"]);
        check("ValidateIncomingOrder", 100.0, &["Validate", "IncomingOrder"]);
        check("validate_incoming_order", 104.0, &["validate_", "incoming_order"]);
        check("", 100.0, &[""]);
    }

    #[test]
    fn every_line_fits_and_what_does_not_fit_ends_in_an_ellipsis() {
        for text in [
            "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "Ünïcödé Stäte näme that is long",
            "日本語の状態名はとても長いです",
        ] {
            for width in [30.0, 60.0, 100.0] {
                let lines = wrap(text, 14.0, width, 2);
                assert!(lines.len() <= 2);
                for line in &lines {
                    assert!(measure(line, 14.0) <= width, "{line} in {width}");
                }
            }
        }
        assert!(wrap("A very long name indeed that never ends", 14.0, 80.0, 2).join("").ends_with('…'));
    }
}
