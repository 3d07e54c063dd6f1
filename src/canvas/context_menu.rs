use std::sync::Arc;

use asl::StateType;
use leptos::prelude::*;

use crate::command::{Command, dispatch};
use crate::platform::dom;
use crate::state::{MenuAt, Mode, Studio};
use crate::ui::{Menu, MenuEntry, MenuItem, MenuPlace};

const DIVIDER: Line = Line::Divider;

/// A line of a menu before it is known whether its command can be carried out.
enum Line {
    One(Command),
    /// A command that means something else here, with its title.
    Named(Command, &'static str),
    Divider,
    /// A title, an icon, and what is in the submenu.
    Sub(&'static str, &'static str, &'static [Command]),
}

const TYPES: &[Command] = &[
    Command::ChangeType(StateType::Task),
    Command::ChangeType(StateType::Pass),
    Command::ChangeType(StateType::Choice),
    Command::ChangeType(StateType::Wait),
    Command::ChangeType(StateType::Parallel),
    Command::ChangeType(StateType::Map),
    Command::ChangeType(StateType::Succeed),
    Command::ChangeType(StateType::Fail),
];
const CONNECT: &[Command] = &[Command::AddRule, Command::AddCatcher, Command::AddBranch, Command::Disconnect];
const ARRANGE: &[Command] = &[
    Command::SetStart,
    Command::MoveEarlier,
    Command::MoveLater,
    Command::MoveLeft,
    Command::MoveRight,
    Command::WrapInParallel,
    Command::WrapInMap,
    Command::Unwrap,
    Command::ExtractWorkflow,
    Command::ToggleFold,
    Command::DrawAlone,
];

const OF_STATE: &[Line] = &[
    Line::One(Command::Rename),
    Line::One(Command::EditFields),
    Line::One(Command::TestState),
    Line::One(Command::InsertBefore),
    Line::One(Command::InsertAfter),
    Line::One(Command::Connect),
    DIVIDER,
    Line::Sub("Transitions", "link", CONNECT),
    Line::Sub("Arrange", "layout", ARRANGE),
    Line::Sub("Change its type", "settings", TYPES),
    DIVIDER,
    Line::One(Command::Cut),
    Line::One(Command::Copy),
    Line::One(Command::Paste),
    Line::One(Command::Duplicate),
    Line::One(Command::SaveBlock),
    DIVIDER,
    Line::One(Command::Delete),
    Line::One(Command::DeleteApart),
];
const OF_STATE_IN_RUN: &[Line] = &[
    Line::One(Command::RunToSelected),
    Line::One(Command::GoToVisit),
    Line::One(Command::GoToVisitBefore),
    DIVIDER,
    Line::One(Command::ToggleBreakpoint),
    Line::One(Command::ToggleExitBreakpoint),
    DIVIDER,
    Line::One(Command::TestState),
    Line::One(Command::ShowData),
    Line::One(Command::ShowDefinition),
];
const OF_SEVERAL: &[Line] = &[
    Line::One(Command::WrapInParallel),
    Line::One(Command::WrapInMap),
    Line::One(Command::ExtractWorkflow),
    DIVIDER,
    Line::One(Command::Cut),
    Line::One(Command::Copy),
    Line::One(Command::Paste),
    Line::One(Command::Duplicate),
    Line::One(Command::SaveBlock),
    DIVIDER,
    Line::One(Command::Delete),
    Line::One(Command::DeleteApart),
];
const OF_WAY: &[Line] = &[
    Line::Named(Command::InsertAfter, "Add a state here…"),
    Line::Named(Command::Connect, "Lead it to…"),
    DIVIDER,
    Line::One(Command::MoveEarlier),
    Line::One(Command::MoveLater),
    DIVIDER,
    Line::Named(Command::Disconnect, "Take it away"),
];
const OF_GROUND: &[Line] = &[
    Line::Named(Command::InsertAfter, "Add a state…"),
    Line::One(Command::Paste),
    Line::One(Command::SelectAll),
    DIVIDER,
    Line::One(Command::Undo),
    Line::One(Command::Redo),
    DIVIDER,
    Line::One(Command::ZoomToFit),
    Line::One(Command::ResetOrder),
    Line::One(Command::Format),
];

/// The menu of what is selected, or of the ground.
#[component]
pub fn ContextMenu() -> impl IntoView {
    let studio = Studio::of_app();
    let menu = studio.editing.menu;
    view! {
        {move || {
            let MenuAt { x, y } = menu.get()?;
            let (label, lines) = untrack(|| lines_now(studio));
            let entries = untrack(|| lines.iter().map(|line| entry(studio, line)).collect::<Vec<_>>());
            let close = Callback::new(move |gives_back: bool| {
                menu.set(None);
                if gives_back {
                    studio.focus_selected();
                }
            });
            let place = MenuPlace { x, y, flip_x: x };
            Some(view! { <Menu label=label entries=entries place=place close=close /> })
        }}
    }
}

fn lines_now(studio: Studio) -> (&'static str, &'static [Line]) {
    let workspace = studio.workspace;
    if workspace.selected_way_untracked().is_some() {
        return ("Transition", OF_WAY);
    }
    match workspace.selection_untracked().len() {
        0 => ("Workflow", OF_GROUND),
        1 if studio.shell.mode.get_untracked() == Mode::Run => ("State", OF_STATE_IN_RUN),
        1 => ("State", OF_STATE),
        _ => ("States", OF_SEVERAL),
    }
}

fn entry(studio: Studio, line: &Line) -> MenuEntry {
    match line {
        Line::Divider => MenuEntry::Divider,
        Line::One(command) => MenuEntry::Item(of_command(studio, *command)),
        Line::Named(command, title) => {
            MenuEntry::Item(MenuItem { title: (*title).to_owned(), ..of_command(studio, *command) })
        }
        Line::Sub(title, icon, commands) => MenuEntry::Item(MenuItem {
            title: (*title).to_owned(),
            icon,
            keys: None,
            reason: None,
            act: Arc::new(|| {}),
            children: commands.iter().map(|command| MenuEntry::Item(of_command(studio, *command))).collect(),
        }),
    }
}

fn of_command(studio: Studio, command: Command) -> MenuItem {
    let spec = command.spec();
    MenuItem {
        title: spec.title.to_owned(),
        icon: spec.icon,
        keys: spec.keys.first().map(|key| key.label(dom::is_apple())),
        reason: command.obstacle(studio).map(|reason| reason.into_owned()),
        act: Arc::new(move || dispatch(studio, command)),
        children: Vec::new(),
    }
}

impl Studio {
    /// Opens the menu of what is selected beside it.
    pub fn open_menu_at_selected(self) {
        let key = self.workspace.selected.get_untracked();
        let element = key.and_then(|key| super::element_of(&key)).map(web_sys::Element::from);
        let is_node = element.is_some();
        let stage = dom::element_by_id("stage").map(web_sys::Element::from);
        let Some(rect) = element.or(stage).map(|element| element.get_bounding_client_rect()) else { return };
        let (x, y) = match is_node {
            true => (rect.left() + 24.0, rect.top() + rect.height().min(52.0)),
            false => (rect.left() + rect.width() / 2.0, rect.top() + rect.height() / 3.0),
        };
        self.editing.menu.set(Some(MenuAt { x, y }));
    }
}
