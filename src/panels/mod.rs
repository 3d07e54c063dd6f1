//! What stands around the canvas.

mod answer;
mod dock;
mod events;
mod gallery;
mod palette;
mod pane_bar;
mod problems;
mod result;
mod shortcuts;
mod side;
mod toasts;
mod top_bar;

pub use dock::Dock;
pub use gallery::Gallery;
pub use palette::Palette;
pub use pane_bar::PaneBar;
pub use shortcuts::Shortcuts;
pub use side::Side;
pub use toasts::Toasts;
pub use top_bar::TopBar;
