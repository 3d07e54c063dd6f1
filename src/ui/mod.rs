//! Building blocks of the interface that know nothing of workflows.

mod age;
mod code_editor;
mod command_button;
mod dialog;
mod icon;
mod icon_data;
mod json_tree;
mod later;
mod menu;
mod row_window;
mod segments;
mod splitter;
mod tabs;
mod virtual_list;

pub use age::age_text;
pub use code_editor::CodeEditor;
pub use command_button::CommandButton;
pub use dialog::Dialog;
pub use icon::{Icon, icon_path, known_icon};
pub use json_tree::{Json, JsonTree, Marks};
pub use later::Later;
pub use menu::{Menu, MenuEntry, MenuItem, MenuPlace};
pub use segments::segments;
pub use splitter::Splitter;
pub use tabs::{Tab, Tabs};
pub use virtual_list::{TreeRow, VirtualList};
