//! What the app knows, as signals. Views read them and dispatch commands; only these modules write.

mod assist;
mod changes;
mod children;
mod debugging;
mod deployment;
mod drafts;
mod drag;
mod editing;
mod event_groups;
mod finder;
mod hand_order;
mod kept_runs;
mod links;
mod map_runs;
mod objects;
mod page;
mod palette;
mod recordings;
mod refactoring;
mod row_actions;
mod run;
mod settings;
mod shell;
mod step_columns;
mod studio;
mod testing;
mod typed;
mod view;
mod workspace;

pub use assist::options_of;
pub use debugger::event_groups::LineOf;
pub use debugging::event_words;
pub use deployment::load_permissions;
pub use drafts::{Draft, DraftSummary};
pub use drag::{Drag, Dragged, Ghost, Over};
pub use editing::{ConnectTarget, Connecting, MenuAt};
pub use objects::{Bucket, ListedObject, MissingObject};
pub use page::{DetailsTab, mirrored};
pub use palette::{Palette, SavedBlock, Source};
pub use refactoring::SharedConversion;
pub use row_actions::{RowMenuAt, RowOf};
pub use run::{
    BreakpointLook, KeptRun, Mark, Marked, NodeStatus, RunKey, RunPhase, SharedData, details_of, title_of,
};
pub use settings::Setting;
pub use shell::{DesignTab, DockRoom, DockTab, Mode, Pane, SideTab, Theme};
pub use step_columns::Column;
pub use studio::Studio;
pub use testing::{TestSource, TestSubject, Tested, Trial, TrialField, errors_to_offer};
pub use view::{Camera, View};
pub use workspace::{Listed, Severity, Shared, YAML_SYNTAX};
