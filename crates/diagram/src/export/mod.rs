//! The picture as a text for elsewhere: an SVG file, or a Mermaid diagram.

mod colours;
mod mermaid;
mod svg;

pub use colours::Colours;
pub use mermaid::mermaid;
pub use svg::{Picture, StatusMark, arrow};
