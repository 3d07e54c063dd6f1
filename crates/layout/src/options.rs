//! Distances and the direction of flow.

use crate::geometry::Size;

/// How to lay out. All distances are CSS pixels; "along" is the direction of flow, "across" is at right angles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The direction of flow.
    pub direction: Direction,
    /// Least distance of two nodes across the flow.
    pub node_gap: f64,
    /// Least distance of two layers of nodes along the flow.
    pub layer_gap: f64,
    /// Distance of parallel lines.
    pub lane_gap: f64,
    /// Least distance of a passing line from a node, and of a label from what is beside it.
    pub clearance: f64,
    /// Distance of a scope's contents from its frame.
    pub frame_padding: f64,
    /// Height of the strip at the top of a container, which holds its name.
    pub header_height: f64,
    /// Distance of a container's border from the frames inside, and of these frames from each other.
    pub container_padding: f64,
    /// Distance of the outermost scope's contents from the bounds.
    pub margin: f64,
    /// Size of the outermost scope's start and end markers.
    pub marker_size: Size,
    /// Size of a nested scope's start and end markers; without one, nested scopes have no markers and the
    /// edges to them are left out: the first node is on top, and a node that nothing leaves is an end.
    pub nested_marker_size: Option<Size>,
    /// Size of the stand-in for a target that does not exist.
    pub stub_size: Size,
    /// Size of the contents of a nested scope that has none.
    pub empty_scope_size: Size,
}

/// The direction of flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From top to bottom.
    #[default]
    Down,
    /// From left to right.
    Right,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            direction: Direction::Down,
            node_gap: 40.0,
            layer_gap: 44.0,
            lane_gap: 14.0,
            clearance: 20.0,
            frame_padding: 20.0,
            header_height: 48.0,
            container_padding: 12.0,
            margin: 32.0,
            marker_size: Size::new(64.0, 32.0),
            nested_marker_size: None,
            stub_size: Size::new(140.0, 32.0),
            empty_scope_size: Size::new(160.0, 48.0),
        }
    }
}

impl Options {
    /// The same with every distance finite and within reason, whatever the caller gave.
    pub(crate) fn sane(&self) -> Options {
        let sane = |v: f64| if v.is_finite() { v.clamp(0.0, 1000.0) } else { 0.0 };
        Options {
            direction: self.direction,
            node_gap: sane(self.node_gap).max(1.0),
            layer_gap: sane(self.layer_gap).max(4.0),
            lane_gap: sane(self.lane_gap).max(1.0),
            clearance: sane(self.clearance).max(1.0),
            frame_padding: sane(self.frame_padding),
            header_height: sane(self.header_height),
            container_padding: sane(self.container_padding),
            margin: sane(self.margin),
            marker_size: self.marker_size.sane(),
            nested_marker_size: self.nested_marker_size.map(Size::sane),
            stub_size: self.stub_size.sane(),
            empty_scope_size: self.empty_scope_size.sane(),
        }
    }
}
