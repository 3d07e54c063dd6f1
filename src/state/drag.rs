//! Something that is dragged over the graph, and where it would land.

use asl::edit::{Edit, Place};
use asl::{Document, StateId, StateType};
use catalogue::Insertable;
use diagram::{DropMark, DropZone};
use layout::{Point, Rect};
use leptos::prelude::*;

use crate::canvas::Press;
use crate::platform::dom;
use crate::state::palette::Source;
use crate::state::studio::Studio;
use crate::state::view::Camera;

/// How far from a line it is still dropped on the line, in pixels of the screen.
const REACH: f64 = 34.0;
/// How close to the canvas's border it scrolls, and by how many pixels a tick at most.
const SCROLL_ZONE: f64 = 44.0;
const SCROLL_STEP: f64 = 14.0;
/// Above this many states a place counts as possible until the pointer is there.
const CHECK_BELOW: usize = 400;
/// Places that are lit up at most.
const MOST_LIT: usize = 160;
/// Milliseconds that looking for places may take at a time.
const CHECK_MS: f64 = 5.0;
/// Milliseconds between two looks at what goes on without the pointer.
const TICK_MS: u32 = 16;
/// How long the pointer rests before the place is looked at in a large workflow.
const REST_MS: f64 = 90.0;

/// What is dragged.
#[derive(Clone, Debug)]
pub enum Dragged {
    New(Source, Box<Insertable>),
    States(Vec<StateId>),
}

/// What is said of it beside the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Ghost {
    pub title: String,
    pub icon: String,
}

/// The place under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    pub zone: DropZone,
    /// Why it can't be dropped there; none if it can.
    pub obstacle: Option<String>,
}

#[derive(Clone, Copy)]
pub struct Drag {
    /// None while nothing is dragged.
    pub ghost: RwSignal<Option<Ghost>>,
    /// Where the pointer is in the window.
    pub pointer: RwSignal<Point>,
    /// The possible places in sight, which are lit up.
    pub lit: RwSignal<Vec<DropMark>>,
    pub over: RwSignal<Option<Over>>,
    /// The press that is or may become a drag.
    pub press: StoredValue<Option<Press>, LocalStorage>,
    dragged: StoredValue<Option<Dragged>>,
    zones: StoredValue<Vec<(DropZone, Option<bool>)>>,
    /// The camera for which the places in sight are all lit up that can be; none while some are to be looked at.
    lit_for: StoredValue<Option<Camera>>,
    has_entered: StoredValue<bool>,
    /// Since when the pointer has rested over a place that was not checked yet.
    unchecked_since: StoredValue<Option<f64>>,
    /// Whether it is going to be looked at whether the pointer has rested.
    is_rest_awaited: StoredValue<bool>,
    /// Whether the next tick is under way.
    is_ticking: StoredValue<bool>,
    /// Where the canvas is in the window, and its size for which that was asked.
    canvas: StoredValue<Option<((f64, f64), Rect)>>,
}

impl Drag {
    pub fn new() -> Drag {
        Drag {
            ghost: RwSignal::new(None),
            pointer: RwSignal::new(Point::new(0.0, 0.0)),
            lit: RwSignal::new(Vec::new()),
            over: RwSignal::new(None),
            press: StoredValue::new_local(None),
            dragged: StoredValue::new(None),
            zones: StoredValue::new(Vec::new()),
            lit_for: StoredValue::new(None),
            has_entered: StoredValue::new(false),
            unchecked_since: StoredValue::new(None),
            is_rest_awaited: StoredValue::new(false),
            is_ticking: StoredValue::new(false),
            canvas: StoredValue::new(None),
        }
    }

    pub fn is_active(self) -> bool {
        self.ghost.with_untracked(Option::is_some)
    }
}

impl Studio {
    /// Takes something up.
    pub fn take_up(self, dragged: Dragged, pointer: Point) {
        let drag = self.drag;
        let ghost = match &dragged {
            Dragged::New(_, thing) => Ghost { title: thing.title.clone(), icon: thing.icon.clone() },
            Dragged::States(states) => self.ghost_of(states),
        };
        let zones = self.workspace.shown.with_untracked(|document| {
            self.workspace.scene.with_untracked(|scene| scene.drop_zones(document))
        });
        drag.zones.set_value(zones.into_iter().map(|zone| (zone, None)).collect());
        drag.dragged.set_value(Some(dragged));
        drag.has_entered.set_value(false);
        drag.lit_for.set_value(None);
        drag.canvas.set_value(None);
        drag.ghost.set(Some(ghost));
        self.move_drag(pointer);
        self.light_up();
        self.shell.announce("Dragging. Escape cancels.");
    }

    fn ghost_of(self, states: &[StateId]) -> Ghost {
        self.workspace.document.with_untracked(|document| {
            let first = states.first().and_then(|id| document.state(*id));
            let title = match (first, states.len()) {
                (Some(first), 1) => first.name().to_owned(),
                (_, count) => format!("{count} states"),
            };
            let state_type = first.and_then(|state| state.state_type()).filter(|_| states.len() == 1);
            let icon = state_type.map_or("stack".to_owned(), |state_type| state_type.name().to_lowercase());
            Ghost { title, icon }
        })
    }

    /// The dragged thing is now a better one: the shapes of its parameters have come.
    pub fn refine_drag(self, source: &Source) {
        let Some(thing) = self.palette.insertable(source) else { return };
        self.drag.dragged.update_value(|dragged| {
            if let Some(Dragged::New(known, old)) = dragged
                && known == source
            {
                **old = thing;
            }
        });
    }

    /// Follows the pointer.
    pub fn move_drag(self, pointer: Point) {
        let drag = self.drag;
        drag.pointer.set(pointer);
        let is_lit = drag.lit_for.get_value() == Some(self.view.camera.get_untracked());
        if !is_lit || self.scroll_wanted(pointer).is_some() {
            self.tick_soon();
        }
        let over = self.zone_under(pointer);
        let same = drag.over.with_untracked(|before| match (before, &over) {
            (Some(before), Some(zone)) => before.zone == *zone,
            (None, None) => true,
            _ => false,
        });
        if same {
            drag.unchecked_since.update_value(|since| *since = since.map(|_| dom::now_ms()));
            return;
        }
        // In a large workflow the answer takes too long to give it at every place that the pointer passes.
        let checks = self.checks_at_once();
        drag.unchecked_since.set_value((!checks).then(dom::now_ms));
        if !checks && !drag.is_rest_awaited.get_value() {
            self.check_rested_in(REST_MS);
        }
        let over = over.map(|zone| {
            let obstacle = if checks { self.obstacle_to(zone.place) } else { None };
            Over { zone, obstacle }
        });
        drag.over.set(over);
    }

    fn checks_at_once(self) -> bool {
        self.workspace.document.with_untracked(|document| document.state_count() <= CHECK_BELOW)
    }

    /// Looks after some milliseconds whether the pointer has rested over its place, and checks that.
    fn check_rested_in(self, milliseconds: f64) {
        self.drag.is_rest_awaited.set_value(true);
        let look = move || {
            let Some(since) = self.drag.unchecked_since.try_get_value() else { return };
            let left = since.map_or(0.0, |since| since + REST_MS - dom::now_ms());
            if left > 1.0 {
                self.check_rested_in(left);
            } else {
                self.drag.is_rest_awaited.set_value(false);
                self.check_rested();
            }
        };
        gloo::timers::callback::Timeout::new(milliseconds.ceil() as u32, look).forget();
    }

    /// Checks the place where the pointer rests.
    fn check_rested(self) {
        let drag = self.drag;
        if drag.unchecked_since.get_value().is_none() {
            return;
        }
        drag.unchecked_since.set_value(None);
        let obstacle = drag.over.get_untracked().and_then(|over| self.obstacle_to(over.zone.place));
        if obstacle.is_some() {
            drag.over.update(|over| {
                if let Some(over) = over {
                    over.obstacle = obstacle;
                }
            });
        }
    }

    fn zone_under(self, pointer: Point) -> Option<DropZone> {
        let canvas = self.canvas_rect()?;
        if !canvas.contains(pointer) {
            return None;
        }
        let camera = self.view.camera.get_untracked();
        let point = camera.to_picture(Point::new(pointer.x - canvas.x, pointer.y - canvas.y));
        let moved = self.drag.dragged.with_value(|dragged| match dragged {
            Some(Dragged::States(states)) => states.clone(),
            _ => Vec::new(),
        });
        self.workspace.shown.with_untracked(|document| {
            self.workspace
                .scene
                .with_untracked(|scene| scene.drop_zone_at(document, &moved, point, REACH / camera.zoom))
        })
    }

    /// Why what is dragged can't go to a place; none if it can.
    fn obstacle_to(self, place: Place) -> Option<String> {
        if self.workspace.is_stale.get_untracked() {
            return Some("The definition is broken at the moment. Repair it first.".to_owned());
        }
        self.workspace
            .document
            .with_untracked(|document| {
                self.drag.dragged.with_value(|dragged| match dragged {
                    Some(Dragged::New(_, thing))
                        if thing.goes_anywhere() && !is_terminal_way(document, place) =>
                    {
                        None
                    }
                    Some(Dragged::New(_, thing)) => thing.plan(document, place).err(),
                    Some(Dragged::States(states)) => {
                        document.plan(&Edit::MoveStates { states: states.clone(), place }).err()
                    }
                    None => None,
                })
            })
            .map(|error| error.to_string())
    }

    /// Looks soon at what goes on without the pointer, unless that is under way.
    pub fn tick_soon(self) {
        if !self.drag.is_ticking.get_value() {
            self.drag.is_ticking.set_value(true);
            gloo::timers::callback::Timeout::new(TICK_MS, move || self.tick_drag()).forget();
        }
    }

    /// Scrolls near the border, and looks further which places are possible, for as long as there is something to do.
    fn tick_drag(self) {
        self.drag.is_ticking.set_value(false);
        if !self.drag.is_active() {
            return;
        }
        let pointer = self.drag.pointer.get_untracked();
        let scrolls = self.scroll_wanted(pointer);
        if let Some((dx, dy)) = scrolls {
            self.view.begin_moving();
            self.view.pan_by(dx, dy);
            self.move_drag(pointer);
        }
        self.light_up();
        let is_lit = self.drag.lit_for.get_value() == Some(self.view.camera.get_untracked());
        if scrolls.is_some() || !is_lit {
            self.tick_soon();
        }
    }

    /// By how many pixels the picture is to move in a tick, as the pointer is near the canvas's border.
    fn scroll_wanted(self, pointer: Point) -> Option<(f64, f64)> {
        let canvas = self.canvas_rect()?;
        if !canvas.contains(pointer) {
            return None;
        }
        let inner = canvas.expanded(-SCROLL_ZONE);
        if inner.contains(pointer) {
            // Who comes from a panel passes the border first, which is no wish to scroll.
            self.drag.has_entered.set_value(true);
            return None;
        }
        if !self.drag.has_entered.get_value() {
            return None;
        }
        let step = |at: f64, low: f64, high: f64| {
            let past = if at < low {
                at - low
            } else if at > high {
                at - high
            } else {
                0.0
            };
            -past / SCROLL_ZONE * SCROLL_STEP
        };
        Some((step(pointer.x, inner.x, inner.right()), step(pointer.y, inner.y, inner.bottom())))
    }

    /// Where the canvas is in the window. Asked once a drag, unless its size changes: to ask has the page laid out.
    fn canvas_rect(self) -> Option<Rect> {
        let size = self.view.size.get_untracked();
        if let Some((known, rect)) = self.drag.canvas.get_value()
            && known == size
        {
            return Some(rect);
        }
        let canvas = dom::document()?.query_selector(".viewport").ok()??;
        let rect = canvas.get_bounding_client_rect();
        let rect = Rect::new(rect.left(), rect.top(), rect.width(), rect.height());
        if rect.width <= 0.0 {
            return None;
        }
        self.drag.canvas.set_value(Some((size, rect)));
        Some(rect)
    }

    fn light_up(self) {
        let drag = self.drag;
        let (width, height) = self.view.size.get_untracked();
        let camera = self.view.camera.get_untracked();
        if drag.lit_for.get_value() == Some(camera) {
            return;
        }
        let seen = camera.visible(width.max(1.0), height.max(1.0));
        let checks = self.checks_at_once();
        let until = dom::now_ms() + CHECK_MS;
        let mut is_settled = true;
        let mut lit = Vec::new();
        let mut zones = Vec::new();
        drag.zones.update_value(|kept| zones = std::mem::take(kept));
        for (zone, is_possible) in &mut zones {
            if lit.len() >= MOST_LIT || !is_in(zone, &seen) {
                continue;
            }
            if is_possible.is_none() && checks && dom::now_ms() < until {
                *is_possible = Some(self.obstacle_to(zone.place).is_none());
            }
            is_settled &= is_possible.is_some() || !checks;
            if is_possible.unwrap_or(!checks) {
                lit.push(zone.mark.clone());
            }
        }
        drag.lit_for.set_value(is_settled.then_some(camera));
        drag.zones.set_value(zones);
        if drag.lit.with_untracked(|before| *before != lit) {
            drag.lit.set(lit);
        }
    }

    /// Lets go. What was dragged is put where the pointer is, as one step.
    pub fn drop_dragged(self) {
        let drag = self.drag;
        let over = drag.over.get_untracked();
        let mut dragged = None;
        drag.dragged.update_value(|kept| dragged = kept.take());
        self.let_go();
        let (Some(dragged), Some(over)) = (dragged, over) else {
            self.shell.announce("Dropped outside of the graph: nothing has changed.");
            return;
        };
        if let Some(obstacle) = over.obstacle {
            self.shell.say(obstacle);
            return;
        }
        match dragged {
            Dragged::New(source, thing) => {
                self.put_new(&thing, &source, over.zone.place);
            }
            Dragged::States(states) => self.move_states(states, over.zone.place),
        }
        self.focus_selected();
    }

    fn move_states(self, states: Vec<StateId>, place: Place) {
        let names: Vec<String> = self.workspace.document.with_untracked(|document| {
            states.iter().filter_map(|id| Some(document.state(*id)?.name().to_owned())).collect()
        });
        let title = match &names[..] {
            [name] => format!("Moved {name}"),
            names => format!("Moved {} states", names.len()),
        };
        if self.edit(&Edit::MoveStates { states, place }, title) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.select_all_named(&names);
        }
    }

    /// Puts it back.
    pub fn put_back(self) {
        if self.drag.is_active() {
            self.let_go();
            self.shell.announce("Cancelled: nothing has changed.");
        }
    }

    fn let_go(self) {
        let drag = self.drag;
        drag.dragged.set_value(None);
        drag.unchecked_since.set_value(None);
        drag.zones.set_value(Vec::new());
        drag.ghost.set(None);
        drag.over.set(None);
        drag.lit.set(Vec::new());
    }
}

/// Whether a place is behind a state that nothing follows.
fn is_terminal_way(document: &Document, place: Place) -> bool {
    match place {
        Place::On { from, .. } => {
            document.state(from).and_then(|state| state.state_type()).is_none_or(StateType::is_terminal)
        }
        _ => false,
    }
}

fn is_in(zone: &DropZone, seen: &Rect) -> bool {
    match &zone.mark {
        DropMark::Line { middle, .. } => seen.contains(*middle),
        DropMark::Area(rect) => seen.overlaps(rect),
        DropMark::Border(from, _) => seen.contains(*from),
        DropMark::Free(_) => false,
    }
}
