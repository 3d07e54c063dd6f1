//! What the app knows, as signals. Views read them and dispatch commands; only these modules write.

mod assist;
mod debugging;
mod drafts;
#[allow(dead_code, reason = "what other parts build on")]
mod editing;
mod finder;
mod run;
mod shell;
mod studio;
mod view;
mod workspace;

pub use drafts::{Draft, DraftSummary};
pub use run::{NodeStatus, RunKey, RunPhase};
pub use shell::{DesignTab, DockTab, Mode, Pane, SideTab, Theme};
pub use studio::Studio;
pub use view::Camera;
pub use workspace::{Listed, Severity};
