//! What part of the picture is on the screen.

use layout::{Point, Rect};
use leptos::prelude::*;

use crate::platform::dom;

const LEAST_ZOOM: f64 = 0.1;
const MOST_ZOOM: f64 = 4.0;
/// Room around the picture when it is fitted, in CSS pixels.
const FIT_MARGIN: f64 = 28.0;

/// Height at the bottom of the canvas in which the buttons for zooming float, in CSS pixels.
const BUTTONS: f64 = 48.0;
/// On a canvas up to this width they leave little of the bottom uncovered: pictures are fitted above them.
const NARROW: f64 = 560.0;

/// A picture of which all is shown at once is no smaller than this.
const LEAST_READABLE: f64 = 0.55;
/// Room between the edge of the screen and what is brought onto it, in CSS pixels.
const MARGIN: f64 = 24.0;
/// Milliseconds after which a picture that was moved rests.
const REST_MS: f64 = 160.0;
/// How often what tells of the camera follows it while the picture is moved, in milliseconds.
const TOLD_MS: f64 = 150.0;

/// Maps the picture to the screen: `screen = picture × zoom + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    pub x: f64,
    pub y: f64,
    pub zoom: f64,
}

impl Camera {
    /// Zooms so that the point under `at` (on the screen) stays where it is.
    pub fn zoomed_about(self, at: Point, factor: f64) -> Camera {
        let zoom = (self.zoom * factor).clamp(LEAST_ZOOM, MOST_ZOOM);
        let factor = zoom / self.zoom;
        Camera { x: at.x - (at.x - self.x) * factor, y: at.y - (at.y - self.y) * factor, zoom }
    }

    /// The place in the picture that is seen at a place on the screen.
    pub fn to_picture(self, screen: Point) -> Point {
        Point::new((screen.x - self.x) / self.zoom, (screen.y - self.y) / self.zoom)
    }

    /// The part of the picture that a screen of this size shows.
    pub fn visible(self, width: f64, height: f64) -> Rect {
        let corner = self.to_picture(Point::new(0.0, 0.0));
        Rect::new(corner.x, corner.y, width / self.zoom, height / self.zoom)
    }

    /// Shows all of a rectangle, in the middle, not larger than life.
    pub fn fitting(rect: Rect, width: f64, height: f64) -> Camera {
        let room = |extent: f64| (extent - 2.0 * FIT_MARGIN).max(40.0);
        let zoom = (room(width) / rect.width.max(1.0)).min(room(height) / rect.height.max(1.0));
        let zoom = zoom.clamp(LEAST_ZOOM, 1.0);
        let x = (width - rect.width * zoom) / 2.0 - rect.x * zoom;
        let y = (height - rect.height * zoom) / 2.0 - rect.y * zoom;
        Camera { x, y, zoom }
    }
}

/// The height of a canvas of this size that nothing floats above.
fn uncovered(width: f64, height: f64) -> f64 {
    if width <= NARROW && height > 6.0 * BUTTONS { height - BUTTONS } else { height }
}

#[derive(Clone, Copy)]
pub struct View {
    pub camera: RwSignal<Camera>,
    /// Width and height of the canvas, in CSS pixels.
    pub size: RwSignal<(f64, f64)>,
    /// Whether the picture is to be fitted as soon as both it and the canvas's size are known.
    pub fit_when_known: RwSignal<bool>,
    /// Whether a person is moving the picture, or has just done so.
    pub is_moving: RwSignal<bool>,
    /// Whether that movement zooms it.
    pub is_zooming: RwSignal<bool>,
    /// The camera as a number and the map tell it: a few times a second while the picture is moved.
    pub told: RwSignal<Camera>,
    /// When it was moved last, in milliseconds.
    moved_at: StoredValue<f64>,
    /// Where the camera stood after the picture was fitted; if it still does, it follows the canvas's size.
    fitted: StoredValue<Option<Camera>>,
    /// Where the camera stood after it was placed to show something; if it still does, nobody has moved it.
    placed: StoredValue<Option<Camera>>,
}

impl View {
    pub fn new() -> View {
        let camera = Camera { x: 0.0, y: 0.0, zoom: 1.0 };
        let view = View {
            camera: RwSignal::new(camera),
            told: RwSignal::new(camera),
            size: RwSignal::new((0.0, 0.0)),
            fit_when_known: RwSignal::new(true),
            is_moving: RwSignal::new(false),
            is_zooming: RwSignal::new(false),
            moved_at: StoredValue::new(0.0),
            fitted: StoredValue::new(None),
            placed: StoredValue::new(None),
        };
        Effect::new(move |told_at: Option<f64>| {
            let (camera, now) = (view.camera.get(), dom::now_ms());
            match told_at {
                Some(told_at) if view.is_moving.get() && now - told_at < TOLD_MS => told_at,
                _ => {
                    if view.told.get_untracked() != camera {
                        view.told.set(camera);
                    }
                    now
                }
            }
        });
        view
    }

    /// The part of the picture that is on the screen.
    pub fn seen(self) -> Rect {
        let (width, height) = self.size.get();
        self.camera.get().visible(width.max(1.0), height.max(1.0))
    }

    /// To be called for each step of a gesture that moves the picture: what can wait until it is over does.
    pub fn begin_moving(self) {
        self.moved_at.set_value(dom::now_ms());
        if !self.is_moving.get_untracked() {
            self.is_moving.set(true);
            self.rest_after(REST_MS);
        }
    }

    /// As [`View::begin_moving`], for a step that zooms.
    pub fn begin_zooming(self) {
        self.begin_moving();
        if !self.is_zooming.get_untracked() {
            self.is_zooming.set(true);
        }
    }

    fn rest_after(self, milliseconds: f64) {
        let look = move || {
            let Some(moved_at) = self.moved_at.try_get_value() else { return };
            let left = moved_at + REST_MS - dom::now_ms();
            if left > 1.0 {
                self.rest_after(left);
            } else {
                self.is_zooming.set(false);
                self.is_moving.set(false);
            }
        };
        gloo::timers::callback::Timeout::new(milliseconds.ceil() as u32, look).forget();
    }

    pub fn fit(self, rect: Rect) {
        let (width, height) = self.size.get_untracked();
        if width > 0.0 && rect.width > 0.0 {
            self.camera.set(Camera::fitting(rect, width, uncovered(width, height)));
        }
    }

    /// Notes the canvas's size. A picture that nobody has moved since it was fitted, or was in sight as a whole, is fitted
    /// anew; one that somebody has moved is moved into sight where all of it was there before and still has room.
    pub fn resize(self, width: f64, height: f64, picture: Rect) {
        let Some(before) = self.size.try_get_untracked().filter(|before| *before != (width, height)) else {
            return;
        };
        let camera = self.camera.get_untracked();
        let was_whole = before.0 > 0.0 && camera.visible(before.0, before.1).encloses(&picture);
        self.size.set((width, height));
        let is_placed = self.placed.get_value() == Some(camera);
        let is_whole = || camera.visible(width, uncovered(width, height)).encloses(&picture);
        if self.fitted.get_value() == Some(camera) || (was_whole && is_placed && !is_whole()) {
            self.open_on(picture);
        } else if was_whole {
            self.reveal_if_it_fits(picture);
        }
    }

    /// As [`View::fit`], but a picture that would become too small to read starts at its top instead.
    pub fn open_on(self, rect: Rect) {
        let (width, height) = self.size.get_untracked();
        if width <= 0.0 || rect.width <= 0.0 {
            return;
        }
        let mut camera = Camera::fitting(rect, width, uncovered(width, height));
        if camera.zoom < LEAST_READABLE {
            let zoom = LEAST_READABLE.min((width - 2.0 * FIT_MARGIN) / rect.width).max(0.4);
            let x = ((width - rect.width * zoom) / 2.0).max(FIT_MARGIN - rect.width * 0.25 * zoom)
                - rect.x * zoom;
            camera = Camera { x, y: FIT_MARGIN - rect.y * zoom, zoom };
        }
        self.camera.set(camera);
        self.fitted.set_value(Some(camera));
        self.placed.set_value(Some(camera));
    }

    pub fn zoom_by(self, factor: f64) {
        let (width, height) = self.size.get_untracked();
        let middle = Point::new(width / 2.0, height / 2.0);
        self.camera.update(|camera| *camera = camera.zoomed_about(middle, factor));
    }

    pub fn zoom_to(self, zoom: f64) {
        let now = self.camera.get_untracked().zoom;
        self.zoom_by(zoom / now);
    }

    pub fn pan_by(self, dx: f64, dy: f64) {
        self.camera.update(|camera| {
            camera.x += dx;
            camera.y += dy;
        });
    }

    /// Pans as little as needed to bring a rectangle of the picture onto the screen.
    pub fn reveal(self, rect: Rect) {
        let (width, height) = self.size.get_untracked();
        if width <= 0.0 {
            return;
        }
        let camera = self.camera.get_untracked();
        let shown = camera.visible(width, uncovered(width, height)).expanded(-MARGIN / camera.zoom);
        if shown.encloses(&rect) {
            return;
        }
        let shift = |low: f64, high: f64, shown_low: f64, shown_high: f64| {
            if high - low > shown_high - shown_low || low < shown_low {
                shown_low - low
            } else if high > shown_high {
                shown_high - high
            } else {
                0.0
            }
        };
        let dx = shift(rect.x, rect.right(), shown.x, shown.right());
        let dy = shift(rect.y, rect.bottom(), shown.y, shown.bottom());
        self.pan_by(dx * camera.zoom, dy * camera.zoom);
        if self.placed.get_value() == Some(camera) {
            self.placed.set_value(Some(self.camera.get_untracked()));
        }
    }

    /// Brings what was added onto the screen, and the whole picture with it where there is room. A picture that nobody
    /// has moved becomes smaller for that, as long as it can be read.
    pub fn reveal_added(self, added: Option<Rect>, whole: Rect) {
        if let Some(added) = added {
            self.reveal(added);
        }
        if self.reveal_if_it_fits(whole) || self.placed.get_value() != Some(self.camera.get_untracked()) {
            return;
        }
        let (width, height) = self.size.get_untracked();
        if Camera::fitting(whole, width, uncovered(width, height)).zoom >= LEAST_READABLE {
            self.open_on(whole);
        }
    }

    /// As [`View::reveal`], unless it is larger than the screen, which it answers.
    fn reveal_if_it_fits(self, rect: Rect) -> bool {
        let (width, height) = self.size.get_untracked();
        let (zoom, height) = (self.camera.get_untracked().zoom, uncovered(width, height));
        let fits = rect.width * zoom <= width - 2.0 * MARGIN && rect.height * zoom <= height - 2.0 * MARGIN;
        if fits {
            self.reveal(rect);
        }
        fits
    }
}
