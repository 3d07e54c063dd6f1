//! Polylines as SVG path data.

use std::fmt::Write;

use crate::geometry::Point;

/// The value of an SVG path's `d` attribute for a polyline whose corners are rounded.
///
/// `radius` is in CSS pixels; a corner between short segments gets a smaller one. Fewer than two points give
/// an empty path.
pub fn svg_path(points: &[Point], radius: f64) -> String {
    let mut path = String::with_capacity(points.len() * 24);
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return path };
    if points.len() < 2 {
        return path;
    }
    write_point(&mut path, 'M', *first);
    for corner in points.windows(3) {
        let [before, at, after] = corner else { continue };
        let r = radius.min(distance(*before, *at) / 2.0).min(distance(*at, *after) / 2.0);
        if r < 0.5 {
            write_point(&mut path, 'L', *at);
        } else {
            write_point(&mut path, 'L', toward(*at, *before, r));
            write_point(&mut path, 'Q', *at);
            write_point(&mut path, ' ', toward(*at, *after, r));
        }
    }
    write_point(&mut path, 'L', *last);
    path
}

fn distance(a: Point, b: Point) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn toward(from: Point, to: Point, length: f64) -> Point {
    let share = length / distance(from, to);
    Point::new(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share)
}

fn write_point(path: &mut String, command: char, point: Point) {
    let round = |v: f64| (v * 100.0).round() / 100.0;
    // Writing to a string cannot fail.
    let _ = write!(path, "{command}{} {}", round(point.x), round(point.y));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_are_rounded_and_straight_lines_are_plain() {
        let p = Point::new;
        assert_eq!(svg_path(&[p(0.0, 0.0), p(0.0, 20.0)], 8.0), "M0 0L0 20");
        assert_eq!(svg_path(&[p(0.0, 0.0), p(0.0, 20.0), p(30.0, 20.0)], 8.0), "M0 0L0 12Q0 20 8 20L30 20");
        assert_eq!(svg_path(&[p(0.0, 0.0), p(0.0, 4.0), p(30.0, 4.0)], 8.0), "M0 0L0 2Q0 4 2 4L30 4");
        assert_eq!(svg_path(&[p(1.0, 1.0)], 8.0), "");
    }
}
