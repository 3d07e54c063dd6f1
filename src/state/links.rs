//! The page's address: what it says follows what is looked at, and opening it brings that back.

use debugger::Link;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::platform::{address, dom};
use crate::state::run::{RunKey, RunPhase};
use crate::state::shell::{DockTab, Mode};
use crate::state::studio::Studio;

/// Milliseconds from the last change to the address telling it.
const SOON_MS: f64 = 300.0;

impl DockTab {
    fn slug(self) -> &'static str {
        match self {
            DockTab::Result => "result",
            DockTab::Steps => "steps",
            DockTab::Events => "events",
            DockTab::MapRun => "map-run",
            DockTab::Compare => "compare",
            DockTab::Problems => "problems",
        }
    }

    fn from_slug(slug: &str) -> Option<DockTab> {
        let all = [
            DockTab::Result,
            DockTab::Steps,
            DockTab::Events,
            DockTab::MapRun,
            DockTab::Compare,
            DockTab::Problems,
        ];
        all.into_iter().find(|tab| tab.slug() == slug)
    }
}

impl Studio {
    /// What is looked at, as an address.
    fn link(self) -> Link {
        let mut link = Link::default();
        // An example that was changed is a workflow of one's own.
        if !self.workspace.has_unsaved_changes() {
            link.example = self.page.example.get();
        }
        link.state = self.workspace.selected_key();
        if self.shell.mode.get() != Mode::Run {
            return link;
        }
        self.runs.list_version.track();
        let cursor = self.runs.cursor.get();
        if let Some(key) = self.runs.current.get() {
            link.run = self.runs.with_run_of(key, |run| run.id.clone());
            link.event = Some(cursor.position);
        }
        link.tab = Some(self.shell.dock_tab.get().slug().to_owned());
        if self.shell.dock_tab.get() == DockTab::MapRun {
            link.map_run = u32::try_from(self.page.map_run.get() + 1).ok();
            link.children = self.page.child_filter.get();
        }
        link.filter = self.page.filter.get();
        link
    }

    /// Keeps the address true, and follows it when it changes otherwise.
    pub(super) fn follow_address(self) {
        let told = StoredValue::new(Link::parse(&address::fragment()));
        let changed_at = StoredValue::new(None::<f64>);
        Effect::new(move |before: Option<()>| {
            // Tracks all that an address tells of.
            let _ = self.link();
            if before.is_none() {
                return;
            }
            let is_due = changed_at.get_value().is_some();
            changed_at.set_value(Some(dom::now_ms()));
            if !is_due {
                self.tell_at_rest(told, changed_at, SOON_MS);
            }
        });
        address::on_change(move || {
            let link = Link::parse(&address::fragment());
            if link != told.get_value() {
                told.set_value(link.clone());
                spawn_local(self.open_link(link));
            }
        });
        // What is to be shown once a run that was begun for it stands still.
        Effect::new(move |_| {
            if matches!(self.runs.phase.get(), RunPhase::Running | RunPhase::None) {
                return;
            }
            if let Some(event) = self.page.awaited_event.get_untracked() {
                self.page.awaited_event.set(None);
                self.runs.seek(event);
            }
            if let Some(time) = self.page.awaited_time.get_untracked() {
                self.page.awaited_time.set(None);
                self.seek_time(&time);
            }
        });
    }

    /// Writes the address once what it tells of has not changed for a while: browsers take longer for it than a frame
    /// has time.
    fn tell_at_rest(self, told: StoredValue<Link>, changed_at: StoredValue<Option<f64>>, milliseconds: f64) {
        let look = move || {
            let Some(Some(at)) = changed_at.try_get_value() else { return };
            let left = at + SOON_MS - dom::now_ms();
            if left > 1.0 {
                return self.tell_at_rest(told, changed_at, left);
            }
            changed_at.set_value(None);
            // A run that goes on has no place to tell yet.
            if self.runs.phase.get_untracked() == RunPhase::Running {
                return;
            }
            let link = untrack(|| self.link());
            let before = told.get_value();
            if link != before {
                let is_step = !before.is_empty() && !link.is_same_place(&before);
                address::set_fragment(&link.to_fragment(), is_step);
                told.set_value(link);
            }
        };
        gloo::timers::callback::Timeout::new(milliseconds.ceil() as u32, look).forget();
    }

    /// Shows what an address asks for, and says what can't be shown.
    pub(super) async fn open_link(self, link: Link) {
        let mut missing: Vec<String> =
            link.unknown.iter().map(|part| format!("{part} is not known")).collect();
        if let Some(slug) = &link.example
            && self.page.example.get_untracked().as_ref() != Some(slug)
        {
            if is_slug(slug) {
                self.open_example(slug).await;
                // The runs of the workflow before are forgotten first.
                leptos::task::tick().await;
            } else {
                missing.push(format!("the example \"{slug}\" is not there"));
            }
        }
        if let Some(tab) = &link.tab {
            match DockTab::from_slug(tab) {
                Some(tab) => {
                    self.shell.mode.set(Mode::Run);
                    self.shell.dock_tab.set(tab);
                }
                None => missing.push(format!("the tab \"{tab}\" is not there")),
            }
        }
        if let Some(number) = link.map_run {
            self.page.map_run.set((number as usize).saturating_sub(1));
            self.page.child_filter.set(link.children.clone());
        }
        if link.filter != self.page.filter.get_untracked() {
            self.page.filter.set(link.filter.clone());
        }
        if let Some(id) = &link.run {
            let known = self.runs.key_of_id(id).or_else(|| self.restore_run(id));
            match known {
                Some(key) => {
                    self.show_run(key, link.event);
                    if let Some(time) = link.time.as_ref().filter(|_| link.event.is_none()) {
                        self.seek_time(time);
                    }
                }
                // Runs are deterministic: with the example's own input and answers it is the same one.
                None if link.example.is_some() => {
                    missing.push("the run is not kept in this browser, so the example was run again".to_owned());
                    self.run_for_link(&link);
                }
                None => missing.push(
                    "the run is not kept in this browser: an address shows runs of the browser that made it, and \
                     runs of examples"
                        .to_owned(),
                ),
            }
        } else if link.example.is_some()
            && (link.event.is_some() || link.time.is_some())
            && self.runs.current.get_untracked().is_none()
        {
            self.run_for_link(&link);
        } else if let Some(event) = link.event {
            self.runs.seek(event);
        } else if let Some(time) = &link.time {
            self.seek_time(time);
        }
        if let Some(state) = link.state {
            let is_there = self.workspace.scene.with_untracked(|scene| scene.index_of(&state).is_some());
            match is_there {
                true => self.workspace.selected.set(Some(state)),
                false => missing.push("the state is not in this workflow".to_owned()),
            }
        }
        if !missing.is_empty() {
            self.shell.say(format!("Not all of the address could be shown: {}.", missing.join("; ")));
        }
    }

    /// Runs the example that an address names, to go to the place that it tells.
    fn run_for_link(self, link: &Link) {
        self.page.awaited_event.set(link.event);
        self.page.awaited_time.set(link.time.clone().filter(|_| link.event.is_none()));
        self.run(debugger::Run::Continue);
        if let Some(tab) = link.tab.as_deref().and_then(DockTab::from_slug) {
            self.shell.dock_tab.set(tab);
        }
    }

    fn show_run(self, key: RunKey, event: Option<u32>) {
        if self.runs.current.get_untracked() != Some(key) {
            self.runs.choose(key);
        }
        if let Some(event) = event {
            let last = self.runs.with_run_untracked(|run| run.session.len()).unwrap_or(0);
            if event > last {
                self.shell.say(format!("The run has {last} events, so event {event} can't be shown."));
            }
            self.runs.seek(event);
        }
    }

    /// Goes to the first event at or after a virtual time, as an address tells it: `2024-01-01T00:00:10Z`, or `+10000`
    /// milliseconds after the start.
    fn seek_time(self, time: &str) {
        let found = self.runs.with_run_untracked(|run| {
            let start = run.session.event_at(1)?.timestamp;
            let at = match time.strip_prefix('+') {
                Some(millis) => start + millis.parse::<i64>().ok()?,
                None => engine::Instant::from_iso(time)?,
            };
            let mut all = 1..=run.session.len();
            let is_there =
                |position: &u32| run.session.event_at(*position).is_some_and(|event| event.timestamp >= at);
            Some(all.find(is_there).unwrap_or(run.session.len()))
        });
        match found.flatten() {
            Some(position) => self.runs.seek(position),
            None => self.shell.say(format!("The time \"{time}\" can't be gone to.")),
        }
    }

    /// Puts the address of the virtual time of an event on the clipboard: it holds also where a changed workflow has
    /// other events.
    pub fn copy_link_to_time(self, position: u32) {
        let time = self.runs.with_run_untracked(|run| {
            let start = run.session.event_at(1)?.timestamp;
            Some(format!("+{}", run.session.event_at(position)?.timestamp - start))
        });
        self.copy_address(Link { event: None, time: time.flatten(), ..untrack(|| self.link()) });
    }

    /// Puts the address of what is looked at on the clipboard.
    pub fn copy_link(self) {
        self.copy_address(untrack(|| self.link()));
    }

    /// The same, at another position of the run.
    pub fn copy_link_to(self, position: u32) {
        self.copy_address(Link { event: Some(position), ..untrack(|| self.link()) });
    }

    fn copy_address(self, link: Link) {
        let is_own = link.example.is_none();
        let text = address::with_fragment(&link.to_fragment());
        let said = if is_own {
            "The address is on the clipboard. It works in this browser, where the workflow and the run are kept."
        } else {
            "The address is on the clipboard."
        };
        self.put_on_clipboard(text, said);
    }
}

/// Whether a text can name an example's folder: it becomes a part of an address.
pub(super) fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 60
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
