use layout::Point;

use crate::platform::dom;

/// Pixels that the pointer moves before a press becomes a drag.
const DRAG_THRESHOLD: f64 = 4.0;

/// What the pointers on the canvas are doing.
#[derive(Default)]
pub struct Gesture {
    /// Pointer id, where it is, where it was pressed.
    pub pointers: Vec<(i32, Point, Point)>,
    pub has_moved: bool,
    pub pans: bool,
    /// When the last pointer was pressed, in milliseconds.
    pub pressed_at: f64,
}

/// How the picture is to follow.
pub enum Travel {
    Pan(f64, f64),
    Pinch { at: Point, factor: f64, dx: f64, dy: f64 },
}

impl Gesture {
    pub fn press(&mut self, event: &web_sys::PointerEvent, background: bool) {
        let at = client(event);
        // Where a press became a drag, its end was not seen here.
        self.pointers.retain(|(id, ..)| *id != event.pointer_id() && !event.is_primary());
        self.pointers.push((event.pointer_id(), at, at));
        self.has_moved = false;
        self.pressed_at = dom::now_ms();
        self.pans = background || event.button() == 1 || event.pointer_type() != "mouse";
    }

    pub fn travel(&mut self, event: &web_sys::PointerEvent, origin: Point) -> Option<Travel> {
        let now = client(event);
        let index = self.pointers.iter().position(|(id, ..)| *id == event.pointer_id())?;
        let (_, before, pressed) = self.pointers[index];
        if self.pointers.len() == 2 {
            let (_, other, _) = self.pointers[1 - index];
            self.pointers[index].1 = now;
            self.has_moved = true;
            let factor = distance(now, other) / distance(before, other).max(1.0);
            let at = Point::new((now.x + other.x) / 2.0 - origin.x, (now.y + other.y) / 2.0 - origin.y);
            let (dx, dy) = ((now.x - before.x) / 2.0, (now.y - before.y) / 2.0);
            return Some(Travel::Pinch { at, factor: factor.clamp(0.5, 2.0), dx, dy });
        }
        if !self.pans || (!self.has_moved && distance(now, pressed) < DRAG_THRESHOLD) {
            return None;
        }
        self.has_moved = true;
        self.pointers[index].1 = now;
        Some(Travel::Pan(now.x - before.x, now.y - before.y))
    }

    /// Answers whether it was a click.
    pub fn release(&mut self, event: &web_sys::PointerEvent) -> bool {
        let known = self.pointers.iter().any(|(id, ..)| *id == event.pointer_id());
        self.pointers.retain(|(id, ..)| *id != event.pointer_id());
        known && !self.has_moved && event.button() == 0
    }
}

fn client(event: &web_sys::PointerEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

fn distance(a: Point, b: Point) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}
