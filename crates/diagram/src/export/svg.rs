use std::fmt::Write;

use layout::{EdgeKind, MarkerKind, Point, Rect};

use super::{Colours, write_escaped};
use crate::{NAME_FONT, SMALL_FONT, Scene, SceneNode};

/// Room around a part that is exported alone, in CSS pixels.
const MARGIN: f64 = 24.0;
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// What a run says of a state in an exported picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusMark {
    /// The colour of the border and of the badge.
    pub colour: &'static str,
    /// The data of the badge's path, on a field of 24 × 24.
    pub icon: &'static str,
}

/// A scene that is to be written as an SVG file: one that needs nothing from elsewhere.
pub struct Picture<'s> {
    pub scene: &'s Scene,
    pub colours: Colours,
    /// The part to show; none shows all.
    pub part: Option<Rect>,
    /// Whether the canvas's colour is under it, or nothing.
    pub has_ground: bool,
    /// The data of the path of a node's icon, on a field of 24 × 24.
    pub icon: &'s dyn Fn(&SceneNode) -> &'static str,
    pub status: &'s dyn Fn(&SceneNode) -> Option<StatusMark>,
}

impl Picture<'_> {
    /// The rectangle that is shown, in the scene's coordinates.
    pub fn view_box(&self) -> Rect {
        self.part.map_or(self.scene.geometry.bounds, |part| part.expanded(MARGIN))
    }

    /// The file's text. Everything that comes from the definition is escaped.
    pub fn to_svg(&self) -> String {
        let view = self.view_box();
        let mut out = String::new();
        let _ = write!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w:.0}" height="{h:.0}" viewBox="{x:.1} {y:.1} {w:.1} {h:.1}" font-family="{FONT}">"#,
            x = view.x,
            y = view.y,
            w = view.width.max(1.0),
            h = view.height.max(1.0),
        );
        if self.has_ground {
            rect(&mut out, view, 0.0, &format!(r#"fill="{}""#, self.colours.canvas));
        }
        self.write_frames(&mut out, view);
        self.write_edges(&mut out, view);
        self.write_markers(&mut out, view);
        for node in self.scene.nodes.iter().filter(|node| node.is_shown && node.rect.overlaps(&view)) {
            self.write_node(&mut out, node);
        }
        out.push_str("</svg>\n");
        out
    }

    fn write_frames(&self, out: &mut String, view: Rect) {
        let colours = &self.colours;
        let containers = self.scene.nodes.iter().filter(|node| node.is_container && node.is_shown);
        let mut frames: Vec<(u32, bool, Rect, &str)> = containers
            .map(|node| {
                let stroke = (self.status)(node).map_or(colours.border, |mark| mark.colour);
                (node.depth, true, node.rect, stroke)
            })
            .collect();
        let inner = self.scene.frames.iter();
        frames.extend(inner.map(|frame| (frame.depth, false, frame.rect, colours.border_strong)));
        frames.sort_by_key(|(depth, is_container, ..)| (*depth, !*is_container));
        for (_, is_container, area, stroke) in frames {
            if !area.overlaps(&view) {
                continue;
            }
            if is_container {
                let look = format!(r#"fill="{}" stroke="{stroke}" stroke-width="1.5""#, colours.surface);
                rect(out, area, 12.0, &look);
            } else {
                let look = format!(r#"fill="{}" stroke="{stroke}" stroke-dasharray="4 4""#, colours.sunken);
                rect(out, area, 8.0, &look);
            }
        }
    }

    fn write_edges(&self, out: &mut String, view: Rect) {
        let colours = &self.colours;
        let edges = || self.scene.edges.iter().filter(|edge| edge.bounds.expanded(1.0).overlaps(&view));
        for edge in edges() {
            let (colour, dashes) = match edge.kind {
                EdgeKind::Catch => (colours.edge_catch, r#" stroke-dasharray="5 4""#),
                _ => (colours.edge, ""),
            };
            let _ = write!(
                out,
                r#"<path d="{}" fill="none" stroke="{colour}" stroke-width="1.5"{dashes}/><path d="{}" fill="{colour}"/>"#,
                edge.path,
                arrow(edge.tip.0, edge.tip.1),
            );
        }
        for (text, place) in edges().filter_map(|edge| edge.label.as_ref()) {
            rect(out, *place, 5.0, &format!(r#"fill="{}" stroke="{}""#, colours.canvas, colours.border));
            let middle = Point::new(place.x + place.width / 2.0, place.y + place.height / 2.0 + 4.0);
            let look =
                format!(r#"font-size="{SMALL_FONT}" text-anchor="middle" fill="{}""#, colours.text_soft);
            write_text(out, middle, &look, text);
        }
    }

    fn write_markers(&self, out: &mut String, view: Rect) {
        let colours = &self.colours;
        let markers = self.scene.geometry.markers.iter().map(|marker| {
            let name = if marker.kind == MarkerKind::Start { "Start" } else { "End" };
            (marker.rect, name, colours.border_strong, colours.text_soft)
        });
        let stubs = self.scene.geometry.stubs.iter();
        let stubs = stubs.map(|stub| (stub.rect, &*stub.name, colours.failed, colours.failed));
        for (area, name, stroke, ink) in markers.chain(stubs) {
            if !area.overlaps(&view) {
                continue;
            }
            let look = format!(r#"fill="{}" stroke="{stroke}" stroke-width="1.25""#, colours.surface);
            rect(out, area, area.height / 2.0, &look);
            let middle = Point::new(area.x + area.width / 2.0, area.y + area.height / 2.0 + 4.0);
            let look =
                format!(r#"font-size="{SMALL_FONT}" font-weight="600" text-anchor="middle" fill="{ink}""#);
            let room = (area.width - 12.0).max(24.0);
            write_text(out, middle, &look, &layout::truncate(name, SMALL_FONT, room));
        }
    }

    fn write_node(&self, out: &mut String, node: &SceneNode) {
        let colours = &self.colours;
        let Rect { x, y, width, height } = node.rect;
        let mark = (self.status)(node);
        if !node.is_container {
            let (stroke, extent) = mark.map_or((colours.border, 1.25), |mark| (mark.colour, 1.75));
            let dashes = if node.reachable { "" } else { r#" stroke-dasharray="5 4""# };
            let look =
                format!(r#"fill="{}" stroke="{stroke}" stroke-width="{extent}"{dashes}"#, colours.surface);
            rect(out, node.rect, 10.0, &look);
        }
        let (ink, ground) = colours.of_type(node.state_type);
        let tile_y = y + if node.is_container { 7.0 } else { (height - 34.0) / 2.0 };
        rect(out, Rect::new(x + 9.0, tile_y, 34.0, 34.0), 8.0, &format!(r#"fill="{ground}""#));
        let _ = write!(
            out,
            r#"<path transform="translate({:.1} {:.1}) scale(0.75)" d="{}" fill="none" stroke="{ink}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>"#,
            x + 17.0,
            tile_y + 8.0,
            (self.icon)(node),
        );
        let block = 17.0 * node.lines.len() as f64 + 15.0;
        let top = y + (if node.is_container { 48.0 } else { height } - block) / 2.0 + 12.5;
        for (row, line) in node.lines.iter().enumerate() {
            let look = format!(r#"font-size="{NAME_FONT}" font-weight="600" fill="{}""#, colours.text);
            write_text(out, Point::new(x + 52.0, top + 17.0 * row as f64), &look, line);
        }
        let look = format!(r#"font-size="{SMALL_FONT}" fill="{}""#, colours.text_faint);
        let below = Point::new(x + 52.0, top + 17.0 * node.lines.len() as f64 - 1.0);
        write_text(out, below, &look, &node.subtitle);
        if let Some(StatusMark { colour, icon }) = mark {
            let _ = write!(
                out,
                r#"<circle cx="{cx:.1}" cy="{y:.1}" r="10" fill="{colour}" stroke="{canvas}" stroke-width="2"/><path transform="translate({ix:.1} {iy:.1}) scale(0.542)" d="{icon}" fill="none" stroke="{surface}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>"#,
                cx = x + width,
                ix = x + width - 6.5,
                iy = y - 6.5,
                canvas = colours.canvas,
                surface = colours.surface,
            );
        }
    }
}

fn rect(out: &mut String, area: Rect, radius: f64, look: &str) {
    let Rect { x, y, width, height } = area;
    let _ = write!(
        out,
        r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="{radius:.1}" {look}/>"#
    );
}

fn write_text(out: &mut String, at: Point, look: &str, text: &str) {
    let _ = write!(out, r#"<text x="{:.1}" y="{:.1}" {look}>"#, at.x, at.y);
    write_escaped(out, text);
    out.push_str("</text>");
}

/// The data of the path of a triangle whose tip is at `to`, pointing away from `from`.
pub fn arrow(from: Point, to: Point) -> String {
    const LENGTH: f64 = 8.0;
    const HALF_WIDTH: f64 = 4.5;
    let length = (to.x - from.x).hypot(to.y - from.y).max(0.001);
    let (ux, uy) = ((to.x - from.x) / length, (to.y - from.y) / length);
    let (bx, by) = (to.x - ux * LENGTH, to.y - uy * LENGTH);
    format!(
        "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
        to.x,
        to.y,
        bx - uy * HALF_WIDTH,
        by + ux * HALF_WIDTH,
        bx + uy * HALF_WIDTH,
        by - ux * HALF_WIDTH,
    )
}

#[cfg(test)]
mod tests {
    use asl::Document;
    use layout::Rect;

    use crate::export::{Colours, Picture, StatusMark};
    use crate::{Scene, SceneOptions};

    fn svg_of(text: &str, part: Option<Rect>, status: Option<StatusMark>) -> String {
        let scene = Scene::new(&Document::parse(text), SceneOptions::default());
        let picture = Picture {
            scene: &scene,
            colours: Colours::DARK,
            part,
            has_ground: true,
            icon: &|_| "M0 0h1",
            status: &|_| status,
        };
        picture.to_svg()
    }

    const ODD: &str = r#"{"StartAt": "a<b> & \"c\"\u0001", "States": {"a<b> & \"c\"\u0001": {"Type": "Pass", "End": true}}}"#;

    #[test]
    fn names_are_escaped() {
        let svg = svg_of(ODD, None, None);
        assert!(svg.contains("a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}</text>"), "{svg}");
        assert!(svg.starts_with("<svg xmlns="));
        assert!(svg.contains(Colours::DARK.canvas));
    }

    #[test]
    fn a_status_has_its_badge() {
        let mark = StatusMark { colour: "#5ccb88", icon: "M9 9h2" };
        assert_eq!(svg_of(ODD, None, Some(mark)).matches("M9 9h2").count(), 1);
    }

    #[test]
    fn a_part_leaves_the_rest_out() {
        let text = r#"{"StartAt": "One", "States": {"One": {"Type": "Pass", "Next": "Two"}, "Two": {"Type": "Pass", "End": true}}}"#;
        let scene = Scene::new(&Document::parse(text), SceneOptions::default());
        let one = scene.nodes[0].rect;
        let svg = svg_of(text, Some(Rect::new(one.x, one.y, one.width, one.height - 20.0)), None);
        assert!(svg.contains(">One<") && !svg.contains(">Two<"), "{svg}");
    }
}
