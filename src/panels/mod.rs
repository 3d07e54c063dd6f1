//! What stands around the canvas: `design` for building a workflow, `run` for following a run of it.

mod command_palette;
mod connect;
mod convert;
mod deploy;
mod design;
mod dock;
mod export;
mod extract;
mod gallery;
mod left;
mod objects;
mod pane_bar;
mod problems;
mod run;
mod shortcuts;
mod side;
mod test_state;
mod toasts;
mod top_bar;

pub use command_palette::CommandPalette;
pub use connect::ConnectDialog;
pub use convert::Convert;
pub use deploy::{DeployDialog, TemplateDialog};
pub use dock::Dock;
pub use export::Export;
pub use extract::Extract;
pub use gallery::Gallery;
pub use left::Left;
pub use pane_bar::PaneBar;
pub use run::{Controls, PrintedExecution, Scrubber};
pub use shortcuts::Shortcuts;
pub use side::Side;
pub use test_state::TestState;
pub use toasts::Toasts;
pub use top_bar::TopBar;
