//! The frame around the work: panes, tabs, dialogs, notices.

use std::sync::Arc;

use asl::QueryLanguage;
use leptos::prelude::*;

use crate::platform::{dom, storage};
use crate::state::workspace::TemplateFile;

/// Which part has the screen where there is room for one only, and the focus where it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    Left,
    Stage,
    Side,
    Dock,
}

/// What the workbench is arranged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Building the workflow.
    Design,
    /// Following a run of it.
    Run,
}

/// What the panel left of the graph shows while a workflow is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DesignTab {
    Blocks,
    Outline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SideTab {
    /// What the state at the cursor does to its data.
    Data,
    /// Watches, frames and breakpoints.
    Debug,
    /// Tasks that wait for an answer.
    Tasks,
    Inspector,
    Definition,
    /// Of the visit that the cursor is in.
    Details,
    Input,
    Answers,
    Objects,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DockTab {
    Result,
    Steps,
    Events,
    MapRun,
    Compare,
    Problems,
}

/// How much of the middle the panel below the graph takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DockRoom {
    /// Its tabs alone.
    Folded,
    /// The height that it was given.
    Part,
    /// The graph's room, too.
    Whole,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// A notice that goes away by itself, unless it tells of a failure.
#[derive(Clone)]
pub struct Toast {
    pub id: u32,
    pub text: String,
    pub is_error: bool,
    /// What the person may want to do about it.
    pub offer: Option<(&'static str, Act)>,
}

/// What a notice offers to do. It outlives the view that made it, which a `Callback` does not.
pub type Act = Arc<dyn Fn() + Send + Sync>;

const THEME_KEY: &str = "stepglass.theme";
const LEFT_KEY: &str = "stepglass.left";
const DOCK_KEY: &str = "stepglass.dock";
const MINIMAP_KEY: &str = "stepglass.minimap";
const LETTERS_KEY: &str = "stepglass.letters";
const SIZES_KEY: &str = "stepglass.sizes";
const TOAST_MS: u32 = 6_000;
/// A long notice stays for as long as it takes to read.
const LETTER_MS: u32 = 60;
/// A notice with something to do about it is there for longer.
const OFFER_MS: u32 = 20_000;

#[derive(Clone, Copy)]
pub struct Shell {
    pub mode: RwSignal<Mode>,
    pub pane: RwSignal<Pane>,
    /// Whether the panel left of the graph is open, where there is room for it.
    pub left_open: RwSignal<bool>,
    pub design_tab: RwSignal<DesignTab>,
    pub side_tab: RwSignal<SideTab>,
    pub dock_tab: RwSignal<DockTab>,
    /// Width of the side panel and height of the dock, in CSS pixels.
    pub side_width: RwSignal<f64>,
    pub dock_height: RwSignal<f64>,
    pub dock_room: RwSignal<DockRoom>,
    pub gallery: RwSignal<bool>,
    pub export: RwSignal<bool>,
    pub convert: RwSignal<bool>,
    /// The language that the conversion is to.
    pub convert_to: RwSignal<QueryLanguage>,
    pub extract: RwSignal<bool>,
    pub deploy: RwSignal<bool>,
    /// A template of which one state machine is to be picked, with its name.
    pub template: RwSignal<Option<(String, Vec<deploy::TemplateMachine>)>>,
    /// That template itself.
    pub template_file: StoredValue<Option<TemplateFile>, LocalStorage>,
    pub test_state: RwSignal<bool>,
    pub minimap: RwSignal<bool>,
    /// Whether letters, digits and signs alone are commands.
    pub letters: RwSignal<bool>,
    pub palette: RwSignal<bool>,
    pub shortcuts: RwSignal<bool>,
    pub theme: RwSignal<Theme>,
    pub is_dark: Memo<bool>,
    pub toasts: RwSignal<Vec<Toast>>,
    /// What assistive technology is to say next.
    pub announcement: RwSignal<String>,
    next_toast: StoredValue<u32>,
}

impl Shell {
    pub fn new() -> Shell {
        let theme = match storage::read(THEME_KEY).as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        let theme = RwSignal::new(theme);
        let sizes = storage::read(SIZES_KEY).unwrap_or_default();
        let mut sizes =
            sizes.split(' ').filter_map(|size| size.parse::<f64>().ok()).filter(|size| size.is_finite());
        let system_is_dark = RwSignal::new(dom::prefers_dark());
        dom::on_colour_change(move |dark| system_is_dark.set(dark));
        let shell = Shell {
            mode: RwSignal::new(Mode::Design),
            pane: RwSignal::new(Pane::Stage),
            left_open: RwSignal::new(storage::read(LEFT_KEY).as_deref() != Some("closed")),
            design_tab: RwSignal::new(DesignTab::Blocks),
            side_tab: RwSignal::new(SideTab::Inspector),
            dock_tab: RwSignal::new(DockTab::Result),
            // The graph is to have as much of a small window as the form.
            side_width: RwSignal::new(
                sizes.next().unwrap_or_else(|| (dom::page_size().0 * 0.36).clamp(340.0, 460.0)),
            ),
            // Nearly a third of the window: the lists of a run are what is read most.
            dock_height: RwSignal::new(
                sizes.next().unwrap_or_else(|| (dom::page_size().1 * 0.31).clamp(220.0, 400.0)),
            ),
            // What has not run has nothing to show there: the graph has the room.
            dock_room: RwSignal::new(match storage::read(DOCK_KEY).as_deref() {
                Some("open") => DockRoom::Part,
                _ => DockRoom::Folded,
            }),
            gallery: RwSignal::new(false),
            export: RwSignal::new(false),
            convert: RwSignal::new(false),
            convert_to: RwSignal::new(QueryLanguage::Jsonata),
            extract: RwSignal::new(false),
            deploy: RwSignal::new(false),
            template: RwSignal::new(None),
            template_file: StoredValue::new_local(None),
            test_state: RwSignal::new(false),
            minimap: RwSignal::new(storage::read(MINIMAP_KEY).as_deref() != Some("off")),
            letters: RwSignal::new(storage::read(LETTERS_KEY).as_deref() != Some("off")),
            palette: RwSignal::new(false),
            shortcuts: RwSignal::new(false),
            theme,
            is_dark: Memo::new(move |_| match theme.get() {
                Theme::System => system_is_dark.get(),
                Theme::Light => false,
                Theme::Dark => true,
            }),
            toasts: RwSignal::new(Vec::new()),
            announcement: RwSignal::new(String::new()),
            next_toast: StoredValue::new(0),
        };
        Effect::new(move |_| {
            let theme = theme.get();
            dom::set_theme((theme != Theme::System).then(|| theme.name()));
            let _ = storage::write(THEME_KEY, theme.name());
        });
        // A tab that is asked for, also the one that was there, and a run are to be seen.
        Effect::new(move |before: Option<()>| {
            let _ = shell.dock_tab.get();
            if before.is_some() {
                shell.unfold_dock();
            }
        });
        Effect::new(move |_| {
            if shell.mode.get() == Mode::Run {
                shell.unfold_dock();
            }
        });
        shell
    }

    pub fn next_theme(self) {
        self.theme.update(|theme| {
            *theme = match theme {
                Theme::System => Theme::Light,
                Theme::Light => Theme::Dark,
                Theme::Dark => Theme::System,
            };
        });
        self.announce(match self.theme.get_untracked() {
            Theme::System => "The system's colours",
            Theme::Light => "Light colours",
            Theme::Dark => "Dark colours",
        });
    }

    pub fn begin_conversion(self, to: QueryLanguage) {
        self.convert_to.set(to);
        self.convert.set(true);
    }

    /// Shows a pane and moves the focus into it.
    pub fn go_to(self, pane: Pane) {
        self.pane.set(pane);
        dom::focus_now_or_soon(match pane {
            Pane::Left => "left",
            Pane::Stage => "stage",
            Pane::Side => "side",
            Pane::Dock => {
                self.unfold_dock();
                "dock"
            }
        });
    }

    pub fn go_to_side(self, tab: SideTab) {
        self.side_tab.set(tab);
        self.go_to(Pane::Side);
    }

    /// Goes to the form of what is selected.
    pub fn go_to_fields(self) {
        self.side_tab.set(SideTab::Inspector);
        self.pane.set(Pane::Side);
        dom::focus_first_in_soon(".inspector".to_owned());
    }

    pub fn go_to_design(self, tab: DesignTab) {
        self.mode.set(Mode::Design);
        self.left_open.set(true);
        // Setting it anew would make the panel anew, and lose what was searched for.
        if self.design_tab.get_untracked() != tab {
            self.design_tab.set(tab);
        }
        self.go_to(Pane::Left);
        dom::focus_soon(match tab {
            DesignTab::Blocks => "palette-search",
            DesignTab::Outline => "outline-tree",
        });
    }

    pub fn go_to_runs(self) {
        self.mode.set(Mode::Run);
        self.left_open.set(true);
        self.go_to(Pane::Left);
    }

    pub fn toggle_left(self) {
        self.left_open.update(|open| *open = !*open);
        let word = if self.left_open.get_untracked() { "open" } else { "closed" };
        let _ = storage::write(LEFT_KEY, word);
    }

    fn unfold_dock(self) {
        if self.dock_room.get_untracked() == DockRoom::Folded {
            self.dock_room.set(DockRoom::Part);
        }
    }

    /// Leaves the tabs of the panel below the graph alone on the screen, or shows what they hold.
    pub fn fold_dock(self) {
        let is_folded = self.dock_room.get_untracked() == DockRoom::Folded;
        self.dock_room.set(if is_folded { DockRoom::Part } else { DockRoom::Folded });
        let _ = storage::write(DOCK_KEY, if is_folded { "open" } else { "folded" });
        self.announce(if is_folded { "The run panel is open" } else { "The run panel is folded" });
    }

    /// Gives the panel below the graph all of the middle, or its part of it.
    pub fn enlarge_dock(self) {
        let is_whole = self.dock_room.get_untracked() == DockRoom::Whole;
        self.dock_room.set(if is_whole { DockRoom::Part } else { DockRoom::Whole });
    }

    pub fn toggle_minimap(self) {
        self.minimap.update(|on| *on = !*on);
        let _ = storage::write(MINIMAP_KEY, if self.minimap.get_untracked() { "on" } else { "off" });
    }

    pub fn use_letters(self, on: bool) {
        self.letters.set(on);
        let _ = storage::write(LETTERS_KEY, if on { "on" } else { "off" });
    }

    pub fn go_to_dock(self, tab: DockTab) {
        self.dock_tab.set(tab);
        self.go_to(Pane::Dock);
    }

    pub fn show_gallery(self, open: bool) {
        self.gallery.set(open);
    }

    pub fn show_palette(self, open: bool) {
        self.palette.set(open);
    }

    pub fn show_shortcuts(self, open: bool) {
        self.shortcuts.set(open);
    }

    /// Sets the sizes of the panels, within what leaves room for the rest.
    pub fn resize(self, side_width: f64, dock_height: f64) {
        self.side_width.set(side_width.clamp(260.0, 1400.0));
        self.dock_height.set(dock_height.clamp(96.0, 1000.0));
        let sizes = format!("{} {}", self.side_width.get_untracked(), self.dock_height.get_untracked());
        let _ = storage::write(SIZES_KEY, &sizes);
    }

    /// A short notice, seen and heard.
    pub fn say(self, text: impl Into<String>) {
        self.toast(text.into(), false, None);
    }

    /// A notice with something to do about it.
    pub fn offer(self, text: impl Into<String>, label: &'static str, act: impl Fn() + Send + Sync + 'static) {
        self.toast(text.into(), false, Some((label, Arc::new(act))));
    }

    /// A failure: stays until it is closed.
    pub fn fail(self, text: impl Into<String>) {
        self.toast(text.into(), true, None);
    }

    /// Says something to assistive technology only.
    pub fn announce(self, text: impl Into<String>) {
        let mut text = text.into();
        // The same words once more would be no news.
        if self.announcement.with_untracked(|before| *before == text) {
            text.push('\u{a0}');
        }
        self.announcement.set(text);
    }

    pub fn close_toast(self, id: u32) {
        self.toasts.update(|toasts| toasts.retain(|toast| toast.id != id));
    }

    fn toast(self, text: String, is_error: bool, offer: Option<(&'static str, Act)>) {
        self.announce(text.clone());
        if self.toasts.with_untracked(|toasts| toasts.iter().any(|toast| toast.text == text)) {
            return;
        }
        self.next_toast.update_value(|id| *id += 1);
        let id = self.next_toast.get_value();
        let reading_ms = LETTER_MS * text.chars().count() as u32;
        let shown_ms = if offer.is_some() { OFFER_MS } else { reading_ms.clamp(TOAST_MS, OFFER_MS) };
        self.toasts.update(|toasts| {
            toasts.push(Toast { id, text, is_error, offer });
            let surplus = toasts.len().saturating_sub(4);
            toasts.drain(..surplus);
        });
        if !is_error {
            gloo::timers::callback::Timeout::new(shown_ms, move || self.close_toast(id)).forget();
        }
    }
}
