use std::fmt::Write;

use layout::{EdgeEnd, EdgeGeometry, EdgeKind, MarkerKind, Point, Rect};

use super::{Picture, write_escaped};
use crate::{NAME_FONT, SMALL_FONT, SceneEdge, SceneNode};

/// What all that has no other parent is in.
const LAYER: &str = "1";

impl Picture<'_> {
    /// The whole picture as a diagram of draw.io, to be changed there: states are boxes in their containers, and ways
    /// are connected to them. The part to show is left out of account.
    pub fn to_drawio(&self) -> String {
        let mut out =
            String::from("<mxfile host=\"Stepglass\"><diagram name=\"Workflow\"><mxGraphModel grid=\"0\"");
        if self.has_ground {
            let _ = write!(out, " background=\"{}\"", self.colours.canvas);
        }
        out.push_str("><root><mxCell id=\"0\"/><mxCell id=\"1\" parent=\"0\"/>\n");
        let geometry = &self.scene.geometry;
        // What is drawn first lies below, and parents have to come before what is in them.
        let mut depths: Vec<u32> = self.scene.nodes.iter().map(|node| node.depth).collect();
        depths.sort_unstable();
        depths.dedup();
        for depth in depths {
            for (index, node) in self.scene.nodes.iter().enumerate() {
                if node.depth == depth && node.is_shown {
                    self.write_state(&mut out, index, node);
                }
            }
            for (index, scope) in geometry.scopes.iter().enumerate() {
                // The frames of a container lie one below the states around it.
                if let (true, Some(owner)) = (scope.placed, scope.container)
                    && self.scene.nodes.get(owner).is_some_and(|owner| owner.is_shown && owner.depth == depth)
                {
                    let look = format!(
                        "rounded=1;absoluteArcSize=1;arcSize=16;dashed=1;container=1;collapsible=0;fillColor={};strokeColor={};",
                        self.colours.sunken, self.colours.border_strong
                    );
                    let parent =
                        (format!("state-{owner}"), geometry.nodes.get(owner).map(|owner| owner.rect));
                    write_box(&mut out, &format!("frame-{index}"), "", &look, &parent, scope.frame);
                }
            }
        }
        for marker in &geometry.markers {
            let (kind, name) = match marker.kind {
                MarkerKind::Start => ("start", "Start"),
                MarkerKind::End => ("end", "End"),
            };
            let id = format!("{kind}-{}", marker.scope);
            let look = self.pill(self.colours.border_strong, self.colours.text_soft);
            write_box(&mut out, &id, name, &look, &self.parent_of(marker.scope), marker.rect);
        }
        for (index, stub) in geometry.stubs.iter().enumerate() {
            let look = self.pill(self.colours.failed, self.colours.failed);
            let parent = self.parent_of(stub.scope);
            write_box(&mut out, &format!("missing-{index}"), &stub.name, &look, &parent, stub.rect);
        }
        let places = geometry.edges.iter().filter(|edge| edge.points.len() > 1);
        for (index, (edge, place)) in self.scene.edges.iter().zip(places).enumerate() {
            self.write_way(&mut out, index, edge, place);
        }
        out.push_str("</root></mxGraphModel></diagram></mxfile>\n");
        out
    }

    fn write_state(&self, out: &mut String, index: usize, node: &SceneNode) {
        let (ink, ground) = self.colours.of_type(node.state_type);
        let (stroke, width) = (self.status)(node).map_or((ink, 1), |mark| (mark.colour, 2));
        let mut look = format!(
            "rounded=1;absoluteArcSize=1;arcSize=20;whiteSpace=wrap;fontStyle=1;fontSize={NAME_FONT:.0};fontColor={};strokeColor={stroke};strokeWidth={width};",
            self.colours.text
        );
        if node.is_container {
            let _ = write!(
                look,
                "container=1;collapsible=0;align=left;verticalAlign=top;spacingLeft=12;spacingTop=6;fillColor={};",
                self.colours.surface
            );
        } else {
            let _ = write!(look, "fillColor={ground};");
        }
        if !node.reachable {
            look.push_str("dashed=1;");
        }
        let words = match node.subtitle.as_str() {
            "" => node.name.to_string(),
            subtitle => format!("{}\n{subtitle}", node.name),
        };
        let scope = self.scene.geometry.nodes.get(index).map_or(0, |place| place.scope);
        write_box(out, &format!("state-{index}"), &words, &look, &self.parent_of(scope), node.rect);
    }

    fn pill(&self, stroke: &str, ink: &str) -> String {
        format!(
            "rounded=1;arcSize=50;whiteSpace=wrap;fontStyle=1;fontSize={SMALL_FONT:.0};fontColor={ink};strokeColor={stroke};fillColor={};",
            self.colours.surface
        )
    }

    /// What the things of a scope are in, and where that is.
    fn parent_of(&self, scope: usize) -> (String, Option<Rect>) {
        let place = self.scene.geometry.scopes.get(scope);
        let owner = place.and_then(|place| place.container).and_then(|owner| self.scene.nodes.get(owner));
        match (place, owner) {
            (Some(place), Some(owner)) if owner.is_shown => (format!("frame-{scope}"), Some(place.frame)),
            _ => (LAYER.to_owned(), None),
        }
    }

    fn write_way(&self, out: &mut String, index: usize, edge: &SceneEdge, place: &EdgeGeometry) {
        let geometry = &self.scene.geometry;
        let rect_of = |node: usize| geometry.nodes.get(node).map(|place| place.rect);
        let marker = |kind: MarkerKind| {
            let mut markers = geometry.markers.iter();
            markers
                .find(|marker| marker.scope == place.scope && marker.kind == kind)
                .map(|marker| marker.rect)
        };
        let (from, from_rect) = match place.from {
            Some(node) => (format!("state-{node}"), rect_of(node)),
            None => (format!("start-{}", place.scope), marker(MarkerKind::Start)),
        };
        let (to, to_rect) = match place.to {
            EdgeEnd::Node(node) => (format!("state-{node}"), rect_of(node)),
            EdgeEnd::End => (format!("end-{}", place.scope), marker(MarkerKind::End)),
            EdgeEnd::Stub(stub) => {
                (format!("missing-{stub}"), geometry.stubs.get(stub).map(|stub| stub.rect))
            }
        };
        let [first, between @ .., last] = place.points.as_slice() else { return };
        let is_catcher = edge.kind == EdgeKind::Catch;
        let mut look = format!(
            "rounded=1;endArrow=block;endFill=1;fontSize={SMALL_FONT:.0};fontColor={};labelBackgroundColor={};strokeColor={};",
            self.colours.text_soft,
            self.colours.canvas,
            if is_catcher { self.colours.edge_catch } else { self.colours.edge },
        );
        if is_catcher {
            look.push_str("dashed=1;");
        }
        for (end, point, rect) in [("exit", first, from_rect), ("entry", last, to_rect)] {
            if let Some((x, y)) = rect.and_then(|rect| part_of(rect, *point)) {
                let _ = write!(look, "{end}X={x:.3};{end}Y={y:.3};{end}Perimeter=0;");
            }
        }
        let _ = write!(out, "<mxCell id=\"way-{index}\" edge=\"1\" parent=\"{LAYER}\" value=\"");
        write_escaped(out, edge.label.as_ref().map_or("", |(text, _)| text));
        let _ =
            write!(out, "\" style=\"{look}\" source=\"{from}\" target=\"{to}\"><mxGeometry relative=\"1\" ");
        let label = edge.label.as_ref().map(|(_, rect)| label_place(&place.points, rect.center()));
        if let Some((along, _)) = label {
            let _ = write!(out, "x=\"{along:.3}\" ");
        }
        out.push_str("as=\"geometry\">");
        if !between.is_empty() {
            out.push_str("<Array as=\"points\">");
            for point in between {
                let _ = write!(out, "<mxPoint x=\"{:.1}\" y=\"{:.1}\"/>", point.x, point.y);
            }
            out.push_str("</Array>");
        }
        if let Some((_, offset)) = label {
            let _ = write!(out, "<mxPoint x=\"{:.1}\" y=\"{:.1}\" as=\"offset\"/>", offset.x, offset.y);
        }
        out.push_str("</mxGeometry></mxCell>\n");
    }
}

/// A box; where it is in another one, its place counts from there.
fn write_box(
    out: &mut String,
    id: &str,
    words: &str,
    look: &str,
    parent: &(String, Option<Rect>),
    rect: Rect,
) {
    let (parent, around) = parent;
    let (x, y) = around.map_or((rect.x, rect.y), |around| (rect.x - around.x, rect.y - around.y));
    let _ = write!(out, "<mxCell id=\"{id}\" vertex=\"1\" parent=\"{parent}\" value=\"");
    write_escaped(out, words);
    let _ = writeln!(
        out,
        "\" style=\"{look}\"><mxGeometry x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" as=\"geometry\"/></mxCell>",
        rect.width, rect.height
    );
}

/// A point as parts of a rectangle's width and height.
fn part_of(rect: Rect, point: Point) -> Option<(f64, f64)> {
    let is_plain = rect.width > 0.0 && rect.height > 0.0;
    is_plain.then(|| ((point.x - rect.x) / rect.width, (point.y - rect.y) / rect.height))
}

/// Where a label's middle is: how far along the line, from -1 to 1, and how far from there.
fn label_place(points: &[Point], middle: Point) -> (f64, Point) {
    let mut best = (f64::INFINITY, 0.0, Point::new(0.0, 0.0));
    let mut before = 0.0;
    for pair in points.windows(2) {
        let [a, b] = pair else { continue };
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx.hypot(dy);
        let along = if length > 0.0 {
            (((middle.x - a.x) * dx + (middle.y - a.y) * dy) / (length * length)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let nearest = Point::new(a.x + along * dx, a.y + along * dy);
        let distance = (middle.x - nearest.x).hypot(middle.y - nearest.y);
        if distance < best.0 {
            let offset = Point::new(middle.x - nearest.x, middle.y - nearest.y);
            best = (distance, before + along * length, offset);
        }
        before += length;
    }
    let total = before.max(f64::MIN_POSITIVE);
    (2.0 * best.1 / total - 1.0, best.2)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use asl::Document;

    use super::label_place;
    use crate::export::{Colours, Picture};
    use crate::{Scene, SceneOptions};
    use layout::Point;

    fn drawn(text: &str) -> String {
        let scene = Scene::new(&Document::parse(text), SceneOptions::default());
        let picture = Picture {
            scene: &scene,
            colours: Colours::LIGHT,
            part: None,
            has_ground: false,
            icon: &|_| "",
            status: &|_| None,
        };
        picture.to_drawio()
    }

    /// The values of an attribute, in their order.
    fn all<'t>(text: &'t str, attribute: &str) -> Vec<&'t str> {
        let mark = format!(" {attribute}=\"");
        text.split(mark.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    const NESTED: &str = r#"{"StartAt": "Both", "States": {
        "Both": {"Type": "Parallel", "Next": "Check", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Gone"}], "Branches": [
            {"StartAt": "A \"<b>\"", "States": {"A \"<b>\"": {"Type": "Pass", "End": true}}},
            {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor":
                {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}}}}}]},
        "Check": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "Both"}], "Default": "Done"},
        "Done": {"Type": "Succeed"}}}"#;

    #[test]
    fn every_cell_is_in_one_that_came_before_and_ways_end_at_cells() {
        let text = drawn(NESTED);
        let ids = all(&text, "id");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
        for cell in text.split("<mxCell").skip(3) {
            let id = all(cell, "id")[0];
            let at = ids.iter().position(|known| *known == id).unwrap();
            let parent = all(cell, "parent")[0];
            assert!(ids[..at].contains(&parent), "{id} in {parent}");
            for end in ["source", "target"] {
                assert!(all(cell, end).iter().all(|of| ids.contains(of)), "{cell}");
            }
        }
        assert_eq!(text.matches("edge=\"1\"").count(), all(&text, "source").len());
        assert!(text.contains("A &quot;&lt;b&gt;&quot;"), "{text}");
        assert!(all(&text, "target").contains(&"missing-0"), "{text}");
        // The Map is in a branch of the Parallel, and its state in its own frame.
        let parent_of = |name: &str| {
            let cell = text.split("<mxCell").find(|cell| cell.contains(&format!("value=\"{name}"))).unwrap();
            all(cell, "parent")[0]
        };
        assert_eq!(parent_of("Both"), "1");
        assert!(parent_of("Each").starts_with("frame-"));
        assert!(parent_of("In").starts_with("frame-") && parent_of("In") != parent_of("Each"));
    }

    #[test]
    fn a_label_keeps_its_distance_from_the_line() {
        let line = [Point::new(0.0, 0.0), Point::new(0.0, 10.0), Point::new(30.0, 10.0)];
        let (along, offset) = label_place(&line, Point::new(10.0, 14.0));
        assert!((along - 0.0).abs() < 1e-9 && offset == Point::new(0.0, 4.0), "{along} {offset:?}");
    }
}
