//! The picture as a text for elsewhere: an SVG file, a diagram of draw.io, or one of Mermaid.

mod colours;
mod drawio;
mod mermaid;
mod svg;

pub use colours::Colours;
pub use mermaid::mermaid;
pub use svg::{Picture, StatusMark, arrow};

/// Text as it may stand in XML, within quotes, too.
fn write_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            // In an attribute it would be a blank.
            '\n' => out.push_str("&#10;"),
            // What XML can't hold, however it is written.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            _ => out.push(character),
        }
    }
}
