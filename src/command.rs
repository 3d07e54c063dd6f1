//! Everything a person can do, in one table that toolbar, keymap, command palette and help read.

use std::borrow::Cow;

use asl::{QueryLanguage, StateType};
use leptos::prelude::*;

use crate::keymap::{Key, alt, alt_shift, key, main_shift, plain, shift};
use crate::platform::rest;
use crate::state::{DesignTab, DockTab, Mode, Pane, SideTab, Studio};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Command {
    Run,
    Debug,
    Continue,
    Pause,
    StopRun,
    RestartRun,
    StepInto,
    StepOver,
    StepOut,
    StepBack,
    StepBackOver,
    StepBackOut,
    BackToBreakpoint,
    RunToSelected,
    /// The type of the event at the cursor.
    RunToSameEvent,
    RunAgainToHere,
    ToggleEventBreakpoint,
    CopyEvent,
    ToggleBreakpoint,
    ToggleExitBreakpoint,
    GoToVisit,
    GoToVisitBefore,
    GoToStart,
    GoToEnd,
    /// Through the recording, and then the run itself.
    TogglePlaying,
    ForkRun,
    RedriveRun,
    GoOnWithDefinition,
    ShowData,
    ShowDebug,
    ShowScratch,
    ShowTasks,
    NewWorkflow,
    OpenFile,
    SaveFile,
    OpenGallery,
    PasteDefinition,
    CopyDefinition,
    ShowPalette,
    ShowShortcuts,
    Undo,
    Redo,
    Delete,
    DeleteApart,
    Duplicate,
    Cut,
    Copy,
    Paste,
    /// Goes to the form of what is selected.
    EditFields,
    Rename,
    SetStart,
    WrapInParallel,
    WrapInMap,
    Unwrap,
    ChangeType(StateType),
    Connect,
    Disconnect,
    AddRule,
    AddCatcher,
    AddBranch,
    MoveEarlier,
    MoveLater,
    MoveLeft,
    MoveRight,
    ResetOrder,
    InsertBefore,
    InsertAfter,
    SelectAll,
    SelectLeadingHere,
    SelectFollowing,
    SelectNext,
    SelectPrevious,
    OpenMenu,
    Format,
    ConvertToJsonata,
    ConvertToJsonpath,
    ExtractWorkflow,
    SaveBlock,
    TestState,
    DesignMode,
    RunMode,
    ToggleLeft,
    ShowBlocks,
    ShowOutline,
    ShowDefinition,
    ShowInput,
    ShowAnswers,
    ShowObjects,
    ShowResult,
    ShowDetails,
    ShowSteps,
    ShowEvents,
    ShowMapRun,
    ShowComparison,
    ToggleDock,
    FoldDock,
    TakeAnswers,
    ExportHistory,
    CopyLink,
    PrintExecution,
    ToggleCoverage,
    ShowRuns,
    ShowProblems,
    ShowGraph,
    ZoomIn,
    ZoomOut,
    ZoomToActualSize,
    ZoomToFit,
    ZoomToSelection,
    ToggleDirection,
    FindState,
    ToggleMinimap,
    ToggleFold,
    FoldAll,
    UnfoldAll,
    DrawAlone,
    DrawAround,
    ExportPicture,
    ExportDeployment,
    CopyMermaid,
    ToggleYaml,
    ToggleTheme,
    Crash,
}

/// What the interface says about a command.
pub struct Spec {
    /// In the imperative, sentence case; ends with `…` where the command asks for more.
    pub title: &'static str,
    pub group: &'static str,
    /// The name of an icon.
    pub icon: &'static str,
    /// The first one is shown.
    pub keys: &'static [Key],
}

impl Command {
    pub const ALL: &'static [Command] = &[
        Command::Run,
        Command::Debug,
        Command::Continue,
        Command::Pause,
        Command::StopRun,
        Command::RestartRun,
        Command::StepInto,
        Command::StepOver,
        Command::StepOut,
        Command::StepBack,
        Command::StepBackOver,
        Command::StepBackOut,
        Command::BackToBreakpoint,
        Command::RunToSelected,
        Command::RunToSameEvent,
        Command::RunAgainToHere,
        Command::ToggleBreakpoint,
        Command::ToggleExitBreakpoint,
        Command::ToggleEventBreakpoint,
        Command::GoToVisit,
        Command::GoToVisitBefore,
        Command::GoToStart,
        Command::GoToEnd,
        Command::TogglePlaying,
        Command::ForkRun,
        Command::RedriveRun,
        Command::GoOnWithDefinition,
        Command::ShowData,
        Command::ShowDebug,
        Command::ShowScratch,
        Command::ShowTasks,
        Command::NewWorkflow,
        Command::OpenFile,
        Command::SaveFile,
        Command::OpenGallery,
        Command::PasteDefinition,
        Command::CopyDefinition,
        Command::ShowPalette,
        Command::ShowShortcuts,
        Command::Undo,
        Command::Redo,
        Command::Delete,
        Command::DeleteApart,
        Command::Duplicate,
        Command::Cut,
        Command::Copy,
        Command::Paste,
        Command::EditFields,
        Command::Rename,
        Command::SetStart,
        Command::WrapInParallel,
        Command::WrapInMap,
        Command::Unwrap,
        Command::ChangeType(StateType::Task),
        Command::ChangeType(StateType::Pass),
        Command::ChangeType(StateType::Choice),
        Command::ChangeType(StateType::Wait),
        Command::ChangeType(StateType::Parallel),
        Command::ChangeType(StateType::Map),
        Command::ChangeType(StateType::Succeed),
        Command::ChangeType(StateType::Fail),
        Command::Connect,
        Command::Disconnect,
        Command::AddRule,
        Command::AddCatcher,
        Command::AddBranch,
        Command::MoveEarlier,
        Command::MoveLater,
        Command::MoveLeft,
        Command::MoveRight,
        Command::ResetOrder,
        Command::InsertBefore,
        Command::InsertAfter,
        Command::SelectAll,
        Command::SelectLeadingHere,
        Command::SelectFollowing,
        Command::SelectNext,
        Command::SelectPrevious,
        Command::OpenMenu,
        Command::Format,
        Command::ConvertToJsonata,
        Command::ConvertToJsonpath,
        Command::ExtractWorkflow,
        Command::SaveBlock,
        Command::TestState,
        Command::DesignMode,
        Command::RunMode,
        Command::ToggleLeft,
        Command::ShowBlocks,
        Command::ShowOutline,
        Command::ShowGraph,
        Command::ShowDefinition,
        Command::ShowInput,
        Command::ShowAnswers,
        Command::ShowObjects,
        Command::ShowResult,
        Command::ShowDetails,
        Command::ShowSteps,
        Command::ShowEvents,
        Command::ShowMapRun,
        Command::ShowComparison,
        Command::ToggleDock,
        Command::FoldDock,
        Command::TakeAnswers,
        Command::ExportHistory,
        Command::CopyEvent,
        Command::CopyLink,
        Command::PrintExecution,
        Command::ToggleCoverage,
        Command::ShowRuns,
        Command::ShowProblems,
        Command::ZoomIn,
        Command::ZoomOut,
        Command::ZoomToActualSize,
        Command::ZoomToFit,
        Command::ZoomToSelection,
        Command::ToggleDirection,
        Command::FindState,
        Command::ToggleMinimap,
        Command::ToggleFold,
        Command::FoldAll,
        Command::UnfoldAll,
        Command::DrawAlone,
        Command::DrawAround,
        Command::ExportPicture,
        Command::ExportDeployment,
        Command::CopyMermaid,
        Command::ToggleYaml,
        Command::ToggleTheme,
        Command::Crash,
    ];

    pub fn spec(self) -> Spec {
        let (title, group, icon, keys): (_, _, _, &'static [Key]) = match self {
            Command::Run => ("Run", "Run", "play", const { &[key("Enter")] }),
            Command::Debug => {
                ("Debug: run, and stop at the first state", "Run", "bug", const { &[main_shift("Enter")] })
            }
            Command::Continue => ("Continue", "Run", "play", const { &[plain("F8"), key("\\")] }),
            Command::Pause => ("Pause", "Run", "pause", const { &[plain("F6")] }),
            Command::StopRun => ("Stop the run", "Run", "stop", const { &[shift("F8")] }),
            Command::RestartRun => {
                ("Run again from the start", "Run", "restart", const { &[main_shift("F8")] })
            }
            Command::StepInto => (
                "Step forward",
                "Run",
                "step-into",
                const { &[plain("F11"), key(";"), alt("ArrowRight"), plain(".")] },
            ),
            Command::StepOver => (
                "Step over the state",
                "Run",
                "step-over",
                const { &[plain("F10"), key("'"), alt("ArrowDown")] },
            ),
            Command::StepOut => ("Step out of the branch", "Run", "step-out", const { &[shift("F11")] }),
            Command::StepBack => ("Step back", "Run", "step-back", const { &[alt("ArrowLeft"), plain(",")] }),
            Command::StepBackOver => ("Step back over the state", "Run", "undo", const { &[alt("ArrowUp")] }),
            Command::StepBackOut => ("Step back out of the branch", "Run", "arrow-up", &[]),
            Command::BackToBreakpoint => {
                ("Back to the breakpoint before", "Run", "play-back", const { &[alt("F8")] })
            }
            Command::RunToSelected => ("Run to the selected state", "Run", "run-to", const { &[key("F10")] }),
            Command::RunToSameEvent => ("Run on to the next event of this type", "Run", "step-over", &[]),
            Command::RunAgainToHere => ("Run again from the start, up to here", "Run", "restart", &[]),
            Command::ToggleEventBreakpoint => {
                ("Set or remove a breakpoint on this type of event", "Run", "breakpoint", &[])
            }
            Command::CopyEvent => ("Copy the event as JSON", "Run", "copy", &[]),
            Command::ToggleBreakpoint => (
                "Set or remove a breakpoint at the selected state",
                "Run",
                "breakpoint",
                const { &[plain("F9")] },
            ),
            Command::ToggleExitBreakpoint => (
                "Set or remove a breakpoint where the selected state is left",
                "Run",
                "breakpoint-conditional",
                const { &[shift("F9")] },
            ),
            Command::GoToVisit => (
                "Go to the next visit of the selected state",
                "Run",
                "arrow-right",
                const { &[alt("PageDown")] },
            ),
            Command::GoToVisitBefore => (
                "Go to the visit before of the selected state",
                "Run",
                "arrow-left",
                const { &[alt("PageUp")] },
            ),
            Command::GoToStart => {
                ("Go to the start of the run", "Run", "jump-start", const { &[alt("Home")] })
            }
            Command::GoToEnd => ("Go to the end of the run", "Run", "jump-end", const { &[alt("End")] }),
            Command::TogglePlaying => {
                ("Play the run slowly, or stop playing", "Run", "start", const { &[alt_shift("p")] })
            }
            Command::ForkRun => ("Fork the run here, and keep both", "Run", "choice", &[]),
            Command::RedriveRun => ("Redrive the run", "Run", "retry", &[]),
            Command::GoOnWithDefinition => ("Go on with the changed definition", "Run", "diff", &[]),
            Command::ShowData => ("Go to the data", "View", "data-table", const { &[alt("a")] }),
            Command::ShowDebug => {
                ("Go to watches, frames and breakpoints", "View", "watch", const { &[alt("w")] })
            }
            Command::ShowScratch => ("Evaluate an expression", "Run", "function", const { &[alt("x")] }),
            Command::ShowTasks => ("Go to the tasks that wait", "View", "inbox", const { &[alt("t")] }),
            Command::NewWorkflow => ("New workflow", "File", "plus", const { &[alt("n")] }),
            Command::OpenFile => ("Open a file…", "File", "open-file", const { &[key("o")] }),
            Command::SaveFile => ("Save", "File", "save", const { &[key("s")] }),
            Command::OpenGallery => {
                ("Open an example or a recent workflow…", "File", "gallery", const { &[alt("g")] })
            }
            Command::PasteDefinition => ("Open the clipboard's text", "File", "paste", &[]),
            Command::CopyDefinition => ("Copy the definition", "File", "copy", &[]),
            Command::ShowPalette => ("All commands…", "Help", "command", const { &[key("k")] }),
            Command::ShowShortcuts => ("Keyboard shortcuts", "Help", "keyboard", const { &[plain("?")] }),
            Command::Undo => ("Undo", "Edit", "undo", const { &[key("z")] }),
            Command::Redo => ("Redo", "Edit", "redo", const { &[main_shift("z"), key("y")] }),
            Command::Delete => (
                "Delete, and join what is around",
                "Edit",
                "trash",
                const { &[plain("Delete"), plain("Backspace")] },
            ),
            Command::DeleteApart => (
                "Delete, and leave loose ends",
                "Edit",
                "trash",
                const { &[shift("Delete"), shift("Backspace")] },
            ),
            Command::Duplicate => ("Duplicate", "Edit", "duplicate", const { &[key("d")] }),
            Command::Cut => ("Cut", "Edit", "extract", const { &[key("x")] }),
            Command::Copy => ("Copy", "Edit", "copy", const { &[key("c")] }),
            Command::Paste => ("Paste after the selected state", "Edit", "paste", const { &[key("v")] }),
            Command::EditFields => ("Edit its fields", "Edit", "settings", const { &[plain("Enter")] }),
            Command::Rename => ("Rename…", "Edit", "edit", const { &[plain("F2")] }),
            Command::SetStart => ("Make it the start", "Edit", "start", const { &[plain("s")] }),
            Command::WrapInParallel => {
                ("Put into a Parallel state", "Edit", "parallel", const { &[plain("p")] })
            }
            Command::WrapInMap => ("Put into a Map state", "Edit", "map", const { &[shift("M")] }),
            Command::Unwrap => ("Take the states out of it", "Edit", "expand", const { &[plain("u")] }),
            Command::ChangeType(to) => {
                let (title, icon) = match to {
                    StateType::Task => ("Change to a Task state", "task"),
                    StateType::Pass => ("Change to a Pass state", "pass"),
                    StateType::Choice => ("Change to a Choice state", "choice"),
                    StateType::Wait => ("Change to a Wait state", "wait"),
                    StateType::Parallel => ("Change to a Parallel state", "parallel"),
                    StateType::Map => ("Change to a Map state", "map"),
                    StateType::Succeed => ("Change to a Succeed state", "succeed"),
                    StateType::Fail => ("Change to a Fail state", "fail"),
                };
                (title, "Edit", icon, &[])
            }
            Command::Connect => ("Connect to…", "Edit", "link", const { &[plain("c")] }),
            Command::Disconnect => ("Disconnect", "Edit", "minus", const { &[plain("x")] }),
            Command::AddRule => ("Add a rule…", "Edit", "choice", const { &[plain("r")] }),
            Command::AddCatcher => ("Add a catcher…", "Edit", "caught-error", const { &[plain("e")] }),
            Command::AddBranch => ("Add a branch", "Edit", "parallel", const { &[plain("n")] }),
            Command::MoveEarlier => ("Move up in its list", "Edit", "arrow-left", const { &[plain("[")] }),
            Command::MoveLater => ("Move down in its list", "Edit", "arrow-right", const { &[plain("]")] }),
            Command::MoveLeft => (
                "Move left on the canvas",
                "View",
                "arrow-left",
                const { &[alt_shift("ArrowLeft"), plain("{")] },
            ),
            Command::MoveRight => (
                "Move right on the canvas",
                "View",
                "arrow-right",
                const { &[alt_shift("ArrowRight"), plain("}")] },
            ),
            Command::ResetOrder => ("Reset the order on the canvas", "View", "restart", &[]),
            Command::InsertBefore => ("Add in front of it…", "Edit", "arrow-up", const { &[plain("b")] }),
            Command::InsertAfter => ("Add after it…", "Edit", "plus", const { &[plain("a")] }),
            Command::SelectAll => ("Select all", "Edit", "focus", const { &[key("a")] }),
            Command::SelectLeadingHere => ("Select all that leads here", "Edit", "arrow-up", &[]),
            Command::SelectFollowing => ("Select all that follows", "Edit", "arrow-down", &[]),
            Command::SelectNext => ("Select the next state", "Edit", "arrow-down", const { &[plain("j")] }),
            Command::SelectPrevious => {
                ("Select the state before", "Edit", "arrow-up", const { &[plain("k")] })
            }
            Command::OpenMenu => (
                "Open the menu of what is selected",
                "Edit",
                "more",
                const { &[shift("F10"), plain("ContextMenu")] },
            ),
            Command::Format => ("Lay the text out anew", "Edit", "code", const { &[alt_shift("f")] }),
            Command::ConvertToJsonata => ("Convert to JSONata…", "Edit", "braces", &[]),
            Command::ConvertToJsonpath => ("Convert to JSONPath…", "Edit", "braces", &[]),
            Command::ExtractWorkflow => ("Extract into a nested workflow…", "Edit", "extract", &[]),
            Command::SaveBlock => ("Save as a block…", "Edit", "save", &[]),
            Command::TestState => ("Test state…", "Run", "test", const { &[plain("t")] }),
            Command::DesignMode => ("Design the workflow", "View", "graph", const { &[alt("d")] }),
            Command::RunMode => ("Follow the run", "View", "play", const { &[alt("r")] }),
            Command::ToggleLeft => {
                ("Open or close the panel on the left", "View", "panel-left", const { &[key("b")] })
            }
            Command::ShowBlocks => ("Go to the blocks to add", "View", "plus", const { &[alt("9")] }),
            Command::ShowOutline => ("Go to the outline", "View", "list", const { &[alt("0")] }),
            Command::ShowGraph => ("Go to the graph", "View", "graph", const { &[alt("1")] }),
            Command::ShowDefinition => ("Go to the definition", "View", "code", const { &[alt("2")] }),
            Command::ShowInput => ("Go to the input", "View", "braces", const { &[alt("3")] }),
            Command::ShowAnswers => ("Go to the task answers", "View", "task", const { &[alt("4")] }),
            Command::ShowObjects => ("Go to the S3 objects", "View", "storage", const { &[alt("5")] }),
            Command::ShowResult => ("Go to the result", "View", "check", const { &[alt("6")] }),
            Command::ShowDetails => ("Go to the details of the state", "View", "info", &[]),
            Command::ShowSteps => ("Go to the steps", "View", "list", &[]),
            Command::ShowMapRun => ("Go to the Map Run", "View", "map", const { &[alt("p")] }),
            Command::ShowComparison => ("Compare the run with another one", "Run", "compare", &[]),
            Command::ToggleDock => {
                ("Enlarge or shrink the run panel", "View", "fullscreen", const { &[alt("m")] })
            }
            Command::FoldDock => {
                ("Fold or open the run panel", "View", "panel-bottom", const { &[key("j"), alt("j")] })
            }
            Command::TakeAnswers => ("Take the run's answers as task answers", "Run", "mock", &[]),
            Command::ExportHistory => ("Download the run's history", "Run", "download", &[]),
            Command::PrintExecution => ("Print the execution…", "File", "file", const { &[key("p")] }),
            Command::CopyLink => ("Copy the address of what is shown", "View", "link", &[]),
            Command::ToggleCoverage => ("Show coverage: what the runs have reached", "Run", "coverage", &[]),
            Command::ShowRuns => ("Go to the runs", "View", "history", &[]),
            Command::ShowEvents => ("Go to the events", "View", "history", const { &[alt("7")] }),
            Command::ShowProblems => ("Go to the problems", "View", "warning", const { &[alt("8")] }),
            Command::ZoomIn => ("Zoom in", "View", "zoom-in", const { &[plain("+"), plain("=")] }),
            Command::ZoomOut => ("Zoom out", "View", "zoom-out", const { &[plain("-")] }),
            Command::ZoomToActualSize => ("Zoom to 100 %", "View", "search", const { &[plain("0")] }),
            Command::ZoomToFit => ("Zoom to fit", "View", "fit", const { &[plain("1")] }),
            Command::ZoomToSelection => {
                ("Zoom to the selected state", "View", "search", const { &[plain("2")] })
            }
            Command::ToggleDirection => {
                ("Lay out from top to bottom, or from left to right", "View", "graph", &[])
            }
            Command::FindState => ("Find states…", "View", "search", const { &[key("f")] }),
            Command::ToggleMinimap => {
                ("Show or hide the small map", "View", "minimap", const { &[plain("m")] })
            }
            Command::ToggleFold => {
                ("Fold or unfold the container", "View", "collapse", const { &[plain("f")] })
            }
            Command::FoldAll => ("Fold all containers", "View", "collapse", &[]),
            Command::UnfoldAll => ("Unfold all containers", "View", "expand", &[]),
            Command::DrawAlone => {
                ("Show the container alone", "View", "chevron-right", const { &[plain(">")] })
            }
            Command::DrawAround => ("Show what is around", "View", "chevron-left", const { &[plain("<")] }),
            Command::ExportPicture => ("Export a picture…", "File", "image", const { &[alt("e")] }),
            Command::ExportDeployment => {
                ("Export for deployment…", "File", "upload", const { &[alt_shift("e")] })
            }
            Command::ToggleYaml => ("Write in YAML, or back in JSON", "File", "code", &[]),
            Command::CopyMermaid => ("Copy as a Mermaid diagram", "File", "copy", &[]),
            Command::ToggleTheme => ("Light, dark or the system's colours", "View", "moon", &[]),
            Command::Crash => ("Crash on purpose, to see the recovery", "Help", "warning", &[]),
        };
        Spec { title, group, icon, keys }
    }

    /// Why the command can't be carried out now; none if it can.
    pub fn obstacle(self, studio: Studio) -> Option<Cow<'static, str>> {
        self.known_obstacle(studio)
            .map(Cow::Borrowed)
            .or_else(|| studio.obstacle_of_edit(self).map(Cow::Owned))
    }

    fn known_obstacle(self, studio: Studio) -> Option<&'static str> {
        match self {
            Command::Run | Command::Debug | Command::RestartRun | Command::TogglePlaying
                if studio.workspace.is_empty() =>
            {
                Some("There is no workflow yet")
            }
            Command::Continue
            | Command::StepInto
            | Command::StepOver
            | Command::StepOut
            | Command::StepBack
            | Command::StepBackOver
            | Command::StepBackOut
            | Command::BackToBreakpoint
            | Command::RunToSelected
            | Command::GoToStart
            | Command::GoToEnd
            | Command::ForkRun
            | Command::Pause => studio.obstacle_of_step(self),
            Command::RunToSameEvent | Command::ToggleEventBreakpoint | Command::CopyEvent
                if studio.event_type_here().is_none() =>
            {
                Some("The cursor is at no event")
            }
            Command::RunToSameEvent => untrack(|| studio.obstacle_of_run_on()),
            Command::RunAgainToHere => untrack(|| studio.obstacle_of_run_again()),
            Command::RedriveRun => studio.obstacle_of_redrive(),
            Command::ShowMapRun if !studio.page.has_map_runs() => Some("The run has no Map Run"),
            Command::GoOnWithDefinition if !studio.is_run_outdated() => {
                Some("The run has the definition as it is")
            }
            Command::StopRun if !studio.runs.is_alive() => Some("No run is going on"),
            Command::TakeAnswers | Command::ExportHistory | Command::PrintExecution
                if studio.runs.current.get().is_none() =>
            {
                Some("Nothing has been run yet")
            }
            Command::Undo if !studio.editing.can_undo.get() => Some("There is nothing to undo"),
            Command::Redo if !studio.editing.can_redo.get() => Some("There is nothing to redo"),
            Command::Rename
            | Command::Cut
            | Command::Copy
            | Command::Connect
            | Command::AddRule
            | Command::AddCatcher
            | Command::InsertBefore
            | Command::SelectLeadingHere
            | Command::SelectFollowing
                if studio.workspace.selected_key().is_none() =>
            {
                Some("No state is selected")
            }
            Command::Connect | Command::AddRule | Command::AddCatcher => studio.obstacle_of_connecting(self),
            Command::SelectAll | Command::SelectNext | Command::SelectPrevious
                if studio.workspace.scene.with(|scene| scene.nodes.is_empty()) =>
            {
                Some("There are no states")
            }
            Command::SaveFile | Command::CopyDefinition if studio.workspace.is_empty() => {
                Some("There is no workflow yet")
            }
            Command::ToggleFold | Command::DrawAlone if studio.selected_container().is_none() => {
                Some("No Parallel or Map state is selected, nor one inside of one")
            }
            Command::DrawAround if studio.workspace.root.with(Option::is_none) => {
                Some("The picture shows the whole workflow")
            }
            Command::ConvertToJsonata => studio.obstacle_of_conversion(QueryLanguage::Jsonata),
            Command::ConvertToJsonpath => studio.obstacle_of_conversion(QueryLanguage::JsonPath),
            Command::MoveLeft | Command::MoveRight | Command::ResetOrder => studio.obstacle_of_order(self),
            Command::ExtractWorkflow | Command::SaveBlock | Command::TestState
                if studio.workspace.selected_key().is_none() =>
            {
                Some("No state is selected")
            }
            Command::ExportPicture | Command::ExportDeployment | Command::CopyMermaid
                if studio.workspace.is_empty() =>
            {
                Some("There is no workflow yet")
            }
            Command::ToggleBreakpoint
            | Command::ToggleExitBreakpoint
            | Command::GoToVisit
            | Command::GoToVisitBefore
            | Command::ZoomToSelection
                if studio.workspace.selected_key().is_none() =>
            {
                Some("No state is selected")
            }
            _ => None,
        }
    }
}

/// Carries a command out, or says why not.
pub fn dispatch(studio: Studio, command: Command) {
    if let Some(obstacle) = untrack(|| command.obstacle(studio)) {
        studio.shell.say(obstacle);
        return;
    }
    // Most commands need the rest of the program. One that comes earlier waits for it.
    rest::when_complete(move || carry_out(studio, command));
}

// Not inlined, so that the second module has it: what it calls is there anyway.
#[inline(never)]
fn carry_out(studio: Studio, command: Command) {
    let shell = studio.shell;
    match command {
        Command::Run | Command::RestartRun => {
            studio.run(debugger::Run::Continue);
        }
        Command::Debug => studio.debug(),
        Command::Continue
        | Command::StepInto
        | Command::StepOver
        | Command::StepOut
        | Command::StepBack
        | Command::StepBackOver
        | Command::StepBackOut
        | Command::BackToBreakpoint
        | Command::RunToSelected
        | Command::GoToStart
        | Command::GoToEnd => studio.step(command),
        Command::RunToSameEvent => {
            if let Some(event_type) = untrack(|| studio.event_type_here()) {
                studio.run_to_event_type(event_type);
            }
        }
        Command::RunAgainToHere => {
            if let Some(event) = studio.row_here() {
                studio.run_again_to(event);
            }
        }
        Command::ToggleEventBreakpoint => {
            if let Some(event_type) = untrack(|| studio.event_type_here()) {
                studio.toggle_breakpoint_at(debugger::Place::Event(event_type));
            }
        }
        Command::TogglePlaying => studio.toggle_playing(),
        Command::CopyEvent => studio.copy_event_here(),
        Command::ToggleBreakpoint => studio.toggle_breakpoint(),
        Command::ToggleExitBreakpoint => studio.toggle_exit_breakpoint(),
        Command::GoToVisit => studio.go_to_visit(true),
        Command::GoToVisitBefore => studio.go_to_visit(false),
        Command::ForkRun => studio.fork_run(),
        Command::RedriveRun => studio.redrive(),
        Command::GoOnWithDefinition => studio.go_on_with_definition(),
        Command::ShowData => studio.show_of_run(SideTab::Data),
        Command::ShowDebug => studio.show_of_run(SideTab::Debug),
        Command::ShowScratch => {
            studio.show_of_run(SideTab::Debug);
            crate::platform::dom::focus_soon("scratch");
        }
        Command::ShowTasks => studio.show_of_run(SideTab::Tasks),
        Command::Pause => studio.runs.pause(),
        Command::StopRun => studio.runs.stop(),
        Command::NewWorkflow => studio.new_workflow(),
        Command::OpenFile => studio.open_file(),
        Command::SaveFile => studio.save_file(),
        Command::OpenGallery => shell.show_gallery(true),
        Command::PasteDefinition => studio.open_clipboard(),
        Command::CopyDefinition => studio.copy_definition(),
        Command::ShowPalette => shell.show_palette(true),
        Command::ShowShortcuts => shell.show_shortcuts(true),
        Command::Undo => studio.undo(),
        Command::Redo => studio.redo(),
        Command::Delete
        | Command::DeleteApart
        | Command::Duplicate
        | Command::SetStart
        | Command::WrapInParallel
        | Command::WrapInMap
        | Command::Unwrap
        | Command::ChangeType(_)
        | Command::Disconnect
        | Command::AddBranch
        | Command::MoveEarlier
        | Command::MoveLater
        | Command::Format => studio.carry_out(command),
        Command::MoveLeft | Command::MoveRight | Command::ResetOrder => studio.move_on_canvas(command),
        Command::Cut => studio.cut_states(),
        Command::Copy => studio.copy_states(),
        Command::Paste => studio.paste_states(),
        Command::Rename => studio.editing.renaming.set(studio.workspace.selected.get_untracked()),
        Command::Connect | Command::AddRule | Command::AddCatcher => studio.begin_connecting(command),
        Command::InsertBefore | Command::InsertAfter => studio.begin_inserting(command),
        Command::SelectAll => studio.select_all(),
        Command::SelectLeadingHere => studio.select_reached(false),
        Command::SelectFollowing => studio.select_reached(true),
        Command::SelectNext => studio.select_by(1),
        Command::SelectPrevious => studio.select_by(-1),
        Command::OpenMenu => studio.open_menu_at_selected(),
        Command::EditFields => shell.go_to_fields(),
        Command::DesignMode => shell.mode.set(Mode::Design),
        Command::RunMode => shell.mode.set(Mode::Run),
        Command::ToggleLeft => shell.toggle_left(),
        Command::ShowBlocks => shell.go_to_design(DesignTab::Blocks),
        Command::ShowOutline => shell.go_to_design(DesignTab::Outline),
        Command::ShowGraph => shell.go_to(Pane::Stage),
        Command::ShowDefinition => shell.go_to_side(SideTab::Definition),
        Command::ShowInput => shell.go_to_side(SideTab::Input),
        Command::ShowAnswers => shell.go_to_side(SideTab::Answers),
        Command::ShowObjects => shell.go_to_side(SideTab::Objects),
        Command::ShowResult => shell.go_to_dock(DockTab::Result),
        Command::ShowDetails => shell.go_to_side(SideTab::Details),
        Command::ShowSteps => shell.go_to_dock(DockTab::Steps),
        Command::ShowEvents => shell.go_to_dock(DockTab::Events),
        Command::ShowMapRun => studio.show_map_run(),
        Command::ShowComparison => shell.go_to_dock(DockTab::Compare),
        Command::ToggleDock => shell.enlarge_dock(),
        Command::FoldDock => shell.fold_dock(),
        Command::TakeAnswers => studio.take_answers(),
        Command::ExportHistory => studio.export_history(),
        Command::CopyLink => studio.copy_link(),
        Command::PrintExecution => studio.page.is_printing.set(true),
        Command::ToggleCoverage => studio.page.shows_coverage.update(|shows| *shows = !*shows),
        Command::ShowRuns => shell.go_to_runs(),
        Command::ShowProblems => shell.go_to_dock(DockTab::Problems),
        Command::ZoomIn => studio.view.zoom_by(1.25),
        Command::ZoomOut => studio.view.zoom_by(0.8),
        Command::ZoomToActualSize => studio.view.zoom_to(1.0),
        Command::ZoomToFit => studio.view.fit(studio.workspace.bounds()),
        Command::ZoomToSelection => {
            if let Some(rect) = studio.workspace.selected_rect() {
                studio.view.fit(rect.expanded(60.0));
            }
        }
        Command::ToggleDirection => studio.workspace.toggle_direction(),
        Command::FindState => {
            shell.pane.set(Pane::Stage);
            studio.finder.is_open.set(true);
        }
        Command::ToggleMinimap => shell.toggle_minimap(),
        Command::ToggleFold => studio.toggle_fold(),
        Command::FoldAll => studio.workspace.fold_all(true),
        Command::UnfoldAll => studio.workspace.fold_all(false),
        Command::DrawAlone => studio.draw_alone(studio.selected_container()),
        Command::DrawAround => {
            let path = studio.workspace.path_of_root();
            studio.draw_alone(path.iter().rev().nth(1).map(|(key, _)| key.clone()));
        }
        Command::ExportPicture => shell.export.set(true),
        Command::ExportDeployment => shell.deploy.set(true),
        Command::ConvertToJsonata => shell.begin_conversion(QueryLanguage::Jsonata),
        Command::ConvertToJsonpath => shell.begin_conversion(QueryLanguage::JsonPath),
        Command::ExtractWorkflow => shell.extract.set(true),
        Command::SaveBlock => studio.begin_saving_block(),
        Command::TestState => shell.test_state.set(true),
        Command::ToggleYaml => studio.toggle_yaml(),
        Command::CopyMermaid => studio.copy_mermaid(),
        Command::ToggleTheme => shell.next_theme(),
        Command::Crash => crash(),
    }
}

fn crash() {
    panic!("crashed on purpose; your work has been kept");
}
