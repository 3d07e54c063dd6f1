use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use asl::{
    Document, Scope as StateScope, ScopeId, State, StateId, StateType, StateVersion, Target, TransitionKind,
};
use json::Str;
use layout::{Direction, EdgeEnd, EdgeKind, EdgeSource, Geometry, Graph, Point, Rect, Size};

use crate::describe;

/// Font size of names, in CSS pixels; the views' style sheet has the same.
pub const NAME_FONT: f64 = 13.5;
/// Font size of the second line and of labels, in CSS pixels.
pub const SMALL_FONT: f64 = 11.5;
/// What the icon and the paddings take of a node's width, in CSS pixels.
const BESIDE_TEXT: f64 = 66.0;
/// What the button that folds and unfolds takes of a container's width, in CSS pixels.
const FOLD_TOGGLE: f64 = 26.0;
const LEAST_WIDTH: f64 = 164.0;
const MOST_TEXT_WIDTH: f64 = 196.0;
const MOST_LABEL_WIDTH: f64 = 190.0;
const CORNER_RADIUS: f64 = 8.0;

/// How a scene is made.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneOptions {
    pub direction: Direction,
    /// How much wider names are than [`layout::measure`] has it, which knows neither the font nor its weight.
    pub name_scale: f64,
    /// The same for the second line and for labels.
    pub small_scale: f64,
    /// The keys of containers that are drawn as one card, without what is inside.
    pub folded: Arc<BTreeSet<Str>>,
    /// The key of a container that is drawn alone; none for the whole workflow.
    pub root: Option<Str>,
    /// The keys of states, and of branches as `…/Branches/0`, that were put into this order by hand: of those side
    /// by side, the earlier one is further left where the flow goes down.
    pub order: Arc<Vec<Str>>,
}

impl Default for SceneOptions {
    fn default() -> SceneOptions {
        SceneOptions {
            direction: Direction::Down,
            name_scale: 1.07,
            small_scale: 1.0,
            folded: Arc::default(),
            root: None,
            order: Arc::default(),
        }
    }
}

/// A definition laid out.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    pub nodes: Vec<Arc<SceneNode>>,
    pub edges: Arc<Vec<SceneEdge>>,
    /// The branches of Parallel states and the bodies of Map states.
    pub frames: Arc<Vec<SceneFrame>>,
    pub geometry: Arc<Geometry>,
    by_key: Arc<HashMap<Str, usize>>,
    source: Source,
}

/// What the scene follows from: of what stays the same, so does what was made of it.
#[derive(Clone, Debug, Default)]
struct Source {
    options: SceneOptions,
    /// By state.
    cards: Vec<Arc<Card>>,
    /// Where the scopes start.
    starts: Vec<Option<layout::Target>>,
    /// The state that is drawn alone.
    alone: Option<StateId>,
}

/// A state as it goes into the layout.
#[derive(Debug)]
struct Card {
    version: StateVersion,
    key: Str,
    texts: Texts,
    size: Size,
    /// What is drawn inside of it.
    scopes: Vec<usize>,
    ways: Vec<Way>,
}

/// A way out of a state.
#[derive(Debug, PartialEq)]
struct Way {
    kind: TransitionKind,
    text: String,
    label: Option<Size>,
    to: layout::Target,
}

impl Card {
    /// Whether the layout has nothing to do with their differences.
    fn is_placed_like(&self, other: &Card) -> bool {
        self.key == other.key
            && self.size == other.size
            && self.scopes == other.scopes
            && self.ways == other.ways
    }
}

/// Two scenes that look the same are the same.
impl PartialEq for Scene {
    fn eq(&self, other: &Scene) -> bool {
        fn is_same<T: PartialEq>(one: &Arc<T>, other: &Arc<T>) -> bool {
            Arc::ptr_eq(one, other) || one == other
        }
        is_same(&self.geometry, &other.geometry)
            && self.nodes.len() == other.nodes.len()
            && self.nodes.iter().zip(&other.nodes).all(|(one, other)| is_same(one, other))
            && is_same(&self.edges, &other.edges)
            && is_same(&self.frames, &other.frames)
    }
}

/// A state as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneNode {
    /// The JSON pointer of the state in the definition: the same as long as it keeps name and scope.
    pub key: Str,
    pub state: StateId,
    pub name: Str,
    pub state_type: Option<StateType>,
    pub rect: Rect,
    /// Whether it is in the picture: not inside of a folded container, nor outside of the one that is drawn alone.
    pub is_shown: bool,
    /// Whether it is a frame around other states.
    pub is_container: bool,
    /// Whether it is a container that is drawn as one card.
    pub is_folded: bool,
    /// How many containers it is inside.
    pub depth: u32,
    /// Whether a way leads to it from the start of its scope.
    pub reachable: bool,
    /// The service that a task calls, as its resource names it.
    pub service: Option<Str>,
    /// The name, wrapped and shortened to fit.
    pub lines: Vec<String>,
    /// What it does, in a few words: a resource, a duration, an error.
    pub subtitle: String,
    /// For the ear: name, type, and where it leads.
    pub description: String,
}

/// A transition as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneEdge {
    /// Unique in the scene, and the same as long as the transition is.
    pub key: String,
    pub kind: EdgeKind,
    /// The way out of the state that it leaves; none for the start of a scope.
    pub way: Option<TransitionKind>,
    pub scope: ScopeId,
    /// The data of an SVG path.
    pub path: String,
    /// Where the arrow points to, and from where.
    pub tip: (Point, Point),
    pub label: Option<(String, Rect)>,
    /// The node that it leaves, none for the start.
    pub from: Option<usize>,
    /// The node that it enters, none for ends and stubs.
    pub to: Option<usize>,
    pub to_end: bool,
    /// Whether another transition leads the same way: which of them a run took is then to be asked.
    pub has_twin: bool,
    pub bounds: Rect,
}

impl SceneEdge {
    /// What it leaves and what it enters.
    fn ends(&self) -> (Option<usize>, Option<usize>, bool) {
        (self.from, self.to, self.to_end)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct SceneFrame {
    pub rect: Rect,
    pub depth: u32,
    /// The container it belongs to.
    pub owner: usize,
}

impl Scene {
    pub fn new(document: &Document, options: SceneOptions) -> Scene {
        Scene::after(document, options, None)
    }

    /// The scene of a document that was changed: what the change has left as it was is taken from the one before.
    pub fn after(document: &Document, options: SceneOptions, before: Option<&Scene>) -> Scene {
        let source = Source::after(document, options, before.map(|before| &before.source));
        match before.filter(|before| before.source.is_placed_like(&source)) {
            Some(before) => before.redrawn(document, source),
            None => Scene::laid_out(document, source),
        }
    }

    fn laid_out(document: &Document, source: Source) -> Scene {
        let options = &source.options;
        let graph = source.graph(document);
        let settings = layout::Options { direction: options.direction, ..layout::Options::default() };
        let mut geometry = layout::layout(&graph, &settings);
        if source.alone.is_some() {
            geometry.markers.retain(|marker| marker.scope != 0);
        }
        let states = document.states().zip(&source.cards);
        let nodes = states.filter_map(|(state, card)| node(state, card, &geometry, &source)).map(Arc::new);
        let nodes: Vec<Arc<SceneNode>> = nodes.collect();
        let by_key = nodes.iter().enumerate().map(|(index, node)| (node.key.clone(), index)).collect();
        Scene {
            nodes,
            edges: Arc::new(edges(document, &source, &geometry)),
            frames: Arc::new(frames(&geometry)),
            geometry: Arc::new(geometry),
            by_key: Arc::new(by_key),
            source,
        }
    }

    /// This scene with other words on its cards.
    fn redrawn(&self, document: &Document, source: Source) -> Scene {
        let states = document.states().zip(&source.cards).zip(self.nodes.iter().zip(&self.source.cards));
        let nodes = states.map(|((state, card), (drawn, known))| {
            if Arc::ptr_eq(card, known) {
                return drawn.clone();
            }
            node(state, card, &self.geometry, &source).map_or_else(|| drawn.clone(), Arc::new)
        });
        Scene { nodes: nodes.collect(), source, ..self.clone() }
    }

    pub fn index_of(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    pub fn node_of(&self, state: StateId) -> Option<&SceneNode> {
        self.nodes.get(state.0 as usize).map(|node| &**node)
    }

    /// The node at a place; the innermost one where containers overlap it.
    pub fn node_at(&self, point: Point) -> Option<usize> {
        let hits =
            self.nodes.iter().enumerate().filter(|(_, node)| node.is_shown && node.rect.contains(point));
        hits.max_by_key(|(_, node)| node.depth).map(|(index, _)| index)
    }
}

/// What is written on a card.
#[derive(Clone, Debug)]
struct Texts {
    lines: Vec<String>,
    subtitle: String,
}

impl Source {
    fn after(document: &Document, options: SceneOptions, before: Option<&Source>) -> Source {
        let before = before.filter(|before| {
            before.options.name_scale == options.name_scale
                && before.options.small_scale == options.small_scale
                && before.options.folded == options.folded
                && before.options.order == options.order
        });
        let known = before.map(|before| before.cards.as_slice()).unwrap_or_default();
        // Where a way leads to is told by names, so it stays as long as these do.
        let has_same_states = known.len() == document.state_count()
            && document.states().zip(known).all(|(state, card)| state.key() == card.key);
        let by_key: HashMap<&str, &Arc<Card>> = if has_same_states {
            HashMap::new()
        } else {
            known.iter().map(|card| (&*card.key, card)).collect()
        };
        let places: HashMap<&str, u32> =
            options.order.iter().zip(0..).map(|(key, place)| (&**key, place)).collect();
        let cards = document.states().enumerate().map(|(position, state)| {
            let known =
                if has_same_states { known.get(position) } else { by_key.get(&*state.key()).copied() };
            let known = known.filter(|card| card.version == state.version());
            match known {
                Some(card) if has_same_states => card.clone(),
                known => Arc::new(Card::of(state, &options, &places, known.map(|card| &**card))),
            }
        });
        let cards = cards.collect();
        let starts = document.scopes().map(|scope| match (scope.start(), scope.start_at()) {
            (Some(state), _) => Some(layout::Target::Node(state.id().0 as usize)),
            (None, Some(name)) => Some(layout::Target::Missing(name.into_owned())),
            (None, None) => None,
        });
        let alone = options.root.as_ref().and_then(|root| document.state_at_pointer(root));
        Source { starts: starts.collect(), cards, alone: alone.map(|state| state.id()), options }
    }

    fn is_placed_like(&self, other: &Source) -> bool {
        self.options == other.options
            && self.starts == other.starts
            && self.alone == other.alone
            && self.cards.len() == other.cards.len()
            && self
                .cards
                .iter()
                .zip(&other.cards)
                .all(|(one, other)| Arc::ptr_eq(one, other) || one.is_placed_like(other))
    }

    /// Nodes and scopes get the positions that states and scopes have in the document.
    fn graph(&self, document: &Document) -> Graph {
        let places: HashMap<&str, u32> =
            self.options.order.iter().zip(0..).map(|(key, place)| (&**key, place)).collect();
        let mut graph = Graph::default();
        for (state, card) in document.states().zip(&self.cards) {
            let kind = if card.scopes.is_empty() {
                layout::NodeKind::Plain
            } else {
                layout::NodeKind::Container(card.scopes.clone())
            };
            graph.nodes.push(layout::Node {
                key: state.id().0,
                label: state.name().to_owned(),
                size: card.size,
                kind,
                order: places.get(&*card.key).copied(),
            });
        }
        for (scope, start) in document.scopes().zip(&self.starts) {
            let edges = self.ways_of(scope).map(|(from, way)| layout::Edge {
                from,
                to: way.to.clone(),
                kind: match way.kind {
                    TransitionKind::Next => EdgeKind::Next,
                    TransitionKind::Choice(_) => EdgeKind::Choice,
                    TransitionKind::Default => EdgeKind::Default,
                    TransitionKind::Catch(_) => EdgeKind::Catch,
                },
                label: way.label,
            });
            let edges = edges.collect();
            let nodes = scope.states().map(|state| state.id().0 as usize).collect();
            graph.scopes.push(layout::Scope { nodes, start: start.clone(), edges });
        }
        // Nothing is left in the outermost scope but the container that is to be drawn alone.
        if let (Some(root), Some(outermost)) = (self.alone, graph.scopes.first_mut()) {
            let nodes = vec![root.0 as usize];
            *outermost = layout::Scope { nodes, start: None, edges: Vec::new() };
        }
        graph
    }

    /// The ways of a scope, and the node that each leaves: as many as the scope has edges, in the same order.
    fn ways_of<'s>(&'s self, scope: StateScope<'s>) -> impl Iterator<Item = (usize, &'s Way)> {
        scope.states().flat_map(|state| {
            let from = state.id().0 as usize;
            let card = self.cards.get(from);
            card.into_iter().flat_map(move |card| card.ways.iter().map(move |way| (from, way)))
        })
    }
}

impl Card {
    /// Words are taken from a card of the same version.
    fn of(
        state: State<'_>,
        options: &SceneOptions,
        places: &HashMap<&str, u32>,
        known: Option<&Card>,
    ) -> Card {
        let texts = known.map_or_else(
            || Texts { lines: name_lines(state, options), subtitle: subtitle_line(state, options) },
            |known| known.texts.clone(),
        );
        let key = state.key();
        let mut scopes: Vec<usize> = state.scopes().map(|scope| index(scope.id())).collect();
        if is_folded(state, options) {
            scopes.clear();
        } else if scopes.len() > 1 && !places.is_empty() {
            order_branches(&key, &mut scopes, places);
        }
        let size = known.map_or_else(|| size_of(state, &texts, options), |known| known.size);
        let ways = state.transitions().into_iter().map(|transition| {
            let text = describe::transition_label(state, transition.kind);
            let label = (!text.is_empty()).then(|| {
                let shown = layout::truncate(&text, SMALL_FONT * options.small_scale, MOST_LABEL_WIDTH);
                Size::new(layout::measure(&shown, SMALL_FONT * options.small_scale) + 12.0, 18.0)
            });
            Way { kind: transition.kind, text, label, to: target(&transition.target) }
        });
        let ways = ways.collect();
        Card { version: state.version(), key, texts, size, scopes, ways }
    }
}

/// Puts the branches that have places into the order of these, into the slots that they have together.
fn order_branches(key: &str, scopes: &mut [usize], places: &HashMap<&str, u32>) {
    let place_of = |branch: usize| places.get(&*format!("{key}/Branches/{branch}")).copied();
    let placed = (0..scopes.len()).filter_map(|branch| Some((place_of(branch)?, branch)));
    let mut placed: Vec<(u32, usize)> = placed.collect();
    let slots: Vec<usize> = placed.iter().map(|(_, branch)| *branch).collect();
    placed.sort_unstable();
    let sorted: Vec<usize> = placed.iter().filter_map(|(_, branch)| scopes.get(*branch).copied()).collect();
    for (slot, scope) in slots.into_iter().zip(sorted) {
        if let Some(place) = scopes.get_mut(slot) {
            *place = scope;
        }
    }
}

fn is_folded(state: State<'_>, options: &SceneOptions) -> bool {
    !options.folded.is_empty() && options.folded.contains(&*state.pointer())
}

fn index(scope: ScopeId) -> usize {
    scope.0 as usize
}

fn target(target: &Target<'_>) -> layout::Target {
    match target {
        Target::State(state) => layout::Target::Node(state.0 as usize),
        Target::End => layout::Target::End,
        Target::Missing(name) => layout::Target::Missing(name.clone().into_owned()),
    }
}

/// How many states a container holds, at any depth.
fn inside(state: State<'_>) -> usize {
    let prefix = format!("{}/", state.pointer());
    state.document().states().filter(|other| other.pointer().starts_with(&prefix)).count()
}

fn name_lines(state: State<'_>, options: &SceneOptions) -> Vec<String> {
    layout::wrap(state.name(), NAME_FONT * options.name_scale, MOST_TEXT_WIDTH, 2)
}

fn subtitle_line(state: State<'_>, options: &SceneOptions) -> String {
    let text = if is_folded(state, options) {
        let inside = inside(state);
        format!("{inside} {} inside", if inside == 1 { "state" } else { "states" })
    } else {
        describe::subtitle(state)
    };
    layout::truncate(&text, SMALL_FONT * options.small_scale, MOST_TEXT_WIDTH)
}

fn size_of(state: State<'_>, texts: &Texts, options: &SceneOptions) -> Size {
    let Texts { lines, subtitle } = texts;
    let widths = lines.iter().map(|line| layout::measure(line, NAME_FONT * options.name_scale));
    let subtitle_width = layout::measure(subtitle, SMALL_FONT * options.small_scale);
    let text_width = widths.fold(subtitle_width, f64::max);
    let height = 52.0 + 17.0 * lines.len().saturating_sub(1) as f64;
    let toggle = if state.scopes().next().is_some() { FOLD_TOGGLE } else { 0.0 };
    Size::new((text_width + BESIDE_TEXT + toggle).ceil().max(LEAST_WIDTH), height)
}

fn node(state: State<'_>, card: &Card, geometry: &Geometry, source: &Source) -> Option<SceneNode> {
    let placed = geometry.nodes.get(state.id().0 as usize)?;
    let is_folded = state.scopes().next().is_some() && is_folded(state, &source.options);
    Some(SceneNode {
        key: card.key.clone(),
        state: state.id(),
        name: state.shared_name(),
        state_type: state.state_type(),
        rect: placed.rect,
        is_shown: placed.placed,
        is_container: state.scopes().next().is_some() && !is_folded,
        is_folded,
        depth: placed.depth,
        // Nothing leads to what is drawn alone.
        reachable: placed.reachable || source.alone.is_some(),
        service: describe::service_of(state),
        lines: card.texts.lines.clone(),
        subtitle: card.texts.subtitle.clone(),
        description: describe::for_the_ear(state),
    })
}

fn edges(document: &Document, source: &Source, geometry: &Geometry) -> Vec<SceneEdge> {
    let small = SMALL_FONT * source.options.small_scale;
    let ways: Vec<Vec<(usize, &Way)>> =
        document.scopes().map(|scope| source.ways_of(scope).collect()).collect();
    let ordinals: Vec<Vec<usize>> = ways.iter().map(|ways| ordinals(ways)).collect();
    let mut edges = Vec::with_capacity(geometry.edges.len());
    for edge in &geometry.edges {
        let [.., before, tip] = edge.points[..] else { continue };
        let way = match edge.source {
            EdgeSource::Edge(position) => {
                ways.get(edge.scope).and_then(|ways| ways.get(position)).map(|(_, way)| *way)
            }
            EdgeSource::Start => None,
        };
        let place = match edge.source {
            EdgeSource::Start => "start".to_owned(),
            EdgeSource::Edge(position) => {
                let of_scope = ordinals.get(edge.scope);
                of_scope.and_then(|of_scope| of_scope.get(position)).copied().unwrap_or(0).to_string()
            }
        };
        let from_key = edge.from.and_then(|from| source.cards.get(from)).map_or("", |card| &card.key);
        edges.push(SceneEdge {
            key: format!("{}:{from_key}:{place}", edge.scope),
            kind: edge.kind,
            way: way.map(|way| way.kind),
            scope: ScopeId(edge.scope as u32),
            path: layout::svg_path(&edge.points, CORNER_RADIUS),
            tip: (before, tip),
            label: edge
                .label
                .and_then(|rect| Some((layout::truncate(&way?.text, small, MOST_LABEL_WIDTH), rect))),
            from: edge.from,
            to: match edge.to {
                EdgeEnd::Node(node) => Some(node),
                EdgeEnd::End | EdgeEnd::Stub(_) => None,
            },
            to_end: edge.to == EdgeEnd::End,
            has_twin: false,
            bounds: edge.bounds(),
        });
    }
    let mut counts: HashMap<_, u32> = HashMap::new();
    for edge in &edges {
        *counts.entry(edge.ends()).or_default() += 1;
    }
    for edge in &mut edges {
        edge.has_twin = counts.get(&edge.ends()).is_some_and(|count| *count > 1);
    }
    edges
}

/// For each way of a scope its position among those that leave the same state: edits elsewhere do not change it.
fn ordinals(ways: &[(usize, &Way)]) -> Vec<usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    let count = |(from, _): &(usize, &Way)| {
        let count = counts.entry(*from).or_default();
        *count += 1;
        *count - 1
    };
    ways.iter().map(count).collect()
}

fn frames(geometry: &Geometry) -> Vec<SceneFrame> {
    let placed = geometry.scopes.iter().filter(|scope| scope.placed);
    placed
        .filter_map(|scope| {
            Some(SceneFrame { rect: scope.frame, depth: scope.depth, owner: scope.container? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use asl::Document;
    use json::Str;

    use super::{Scene, SceneOptions};

    #[test]
    fn a_scene_names_its_parts() {
        let document = Document::parse(
            r#"{"StartAt": "Check", "States": {
                "Check": {"Type": "Choice", "Choices": [
                    {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Review"}], "Default": "Both"},
                "Review": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Next": "Both"},
                "Both": {"Type": "Parallel", "End": true, "Branches": [
                    {"StartAt": "L", "States": {"L": {"Type": "Wait", "Seconds": 5, "End": true}}},
                    {"StartAt": "R", "States": {"R": {"Type": "Pass", "End": true}}}]}
            }}"#,
        );
        let scene = Scene::new(&document, SceneOptions::default());
        assert_eq!(scene.nodes.len(), 5);
        let review = &scene.nodes[scene.index_of("/States/Review").unwrap()];
        assert_eq!(review.subtitle, "Lambda: invoke, waits for callback");
        assert_eq!(review.service.as_deref(), Some("lambda"));
        assert_eq!(review.description, "Review, Task state, Lambda: invoke, waits for callback, next Both");
        let rule = scene.edges.iter().find(|edge| edge.label.is_some()).unwrap();
        assert_eq!(rule.label.as_ref().unwrap().0, "$.total > 100");
        let container = &scene.nodes[scene.index_of("/States/Both").unwrap()];
        let inner = &scene.nodes[scene.index_of("/States/Both/Branches/1/States/R").unwrap()];
        assert!(container.is_container && container.rect.encloses(&inner.rect));
        assert_eq!(scene.node_at(inner.rect.center()), scene.index_of("/States/Both/Branches/1/States/R"));
        assert_eq!(scene.frames.len(), 2);
    }

    const NESTED: &str = r#"{"StartAt": "Outer", "States": {
        "Outer": {"Type": "Parallel", "Next": "After", "Branches": [
            {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor":
                {"StartAt": "Leaf", "States": {"Leaf": {"Type": "Pass", "End": true}}}}}}]},
        "After": {"Type": "Succeed"}}}"#;

    fn shown(scene: &Scene) -> Vec<&str> {
        scene.nodes.iter().filter(|node| node.is_shown).map(|node| &*node.name).collect()
    }

    #[test]
    fn a_folded_container_is_a_card() {
        let key = Str::from("/States/Outer");
        let options =
            SceneOptions { folded: Arc::new([key.clone()].into_iter().collect()), ..SceneOptions::default() };
        let scene = Scene::new(&Document::parse(NESTED), options);
        assert_eq!(shown(&scene), ["Outer", "After"]);
        let outer = &scene.nodes[scene.index_of(&key).unwrap()];
        assert!(outer.is_folded && !outer.is_container);
        assert_eq!(outer.subtitle, "2 states inside");
        assert_eq!(scene.geometry.reading_order.len(), 2);
        assert!(scene.frames.is_empty());
    }

    #[test]
    fn an_order_by_hand_moves_siblings_and_branches() {
        let document = Document::parse(
            r#"{"StartAt": "Pick", "States": {
                "Pick": {"Type": "Choice", "Choices": [
                    {"Variable": "$.a", "IsNull": true, "Next": "A"}, {"Variable": "$.b", "IsNull": true, "Next": "B"}],
                    "Default": "Both"},
                "A": {"Type": "Succeed"}, "B": {"Type": "Succeed"},
                "Both": {"Type": "Parallel", "End": true, "Branches": [
                    {"StartAt": "L", "States": {"L": {"Type": "Pass", "End": true}}},
                    {"StartAt": "R", "States": {"R": {"Type": "Pass", "End": true}}}]}
            }}"#,
        );
        let from_left = |order: &[&str]| {
            let order = Arc::new(order.iter().map(|key| Str::from(*key)).collect());
            let scene = Scene::new(&document, SceneOptions { order, ..SceneOptions::default() });
            let sorted = |names: &[&str]| {
                let mut nodes: Vec<_> =
                    scene.nodes.iter().filter(|node| names.contains(&&*node.name)).collect();
                nodes.sort_by(|a, b| a.rect.x.total_cmp(&b.rect.x));
                nodes.iter().map(|node| node.name.to_string()).collect::<Vec<_>>().join(" ")
            };
            format!("{} | {}", sorted(&["A", "B", "Both"]), sorted(&["L", "R"]))
        };
        assert_eq!(from_left(&[]), "A B Both | L R");
        assert_eq!(from_left(&["/States/B", "/States/A"]), "B A Both | L R");
        assert_eq!(from_left(&["/States/Both/Branches/1", "/States/Both/Branches/0"]), "A B Both | R L");
        assert_eq!(from_left(&["/States/Both", "/States/A", "/States/B", "/States/Gone"]), "Both A B | L R");
    }

    #[test]
    fn a_container_can_be_drawn_alone() {
        let key = Str::from("/States/Outer/Branches/0/States/Each");
        let options = SceneOptions { root: Some(key), ..SceneOptions::default() };
        let scene = Scene::new(&Document::parse(NESTED), options);
        assert_eq!(shown(&scene), ["Each", "Leaf"]);
        let leaf = scene.nodes.iter().position(|node| &*node.name == "Leaf").unwrap();
        assert_eq!(scene.node_at(scene.nodes[leaf].rect.center()), Some(leaf));
    }

    #[test]
    fn an_edit_that_moves_nothing_keeps_the_geometry() {
        let scene = |text: &str, before: Option<&Scene>| {
            Scene::after(&Document::parse(text), SceneOptions::default(), before)
        };
        let before = scene(NESTED, None);
        let commented = NESTED.replace(r#""StartAt": "Outer","#, r#""StartAt": "Outer", "Comment": "more","#);
        let same = scene(&commented, Some(&before));
        assert!(Arc::ptr_eq(&before.geometry, &same.geometry));
        assert!(before == same);

        // Other words of the same width in the same place: nothing moves, but it is another picture.
        let typed = NESTED.replace(r#""Type": "Succeed""#, r#""Type": "Fail""#);
        let other = scene(&typed, Some(&before));
        assert!(before != other && other == scene(&typed, None));

        let renamed = NESTED.replace("Leaf", "Leaves of a tree of some size");
        assert!(scene(&renamed, Some(&before)) == scene(&renamed, None));
    }

    #[test]
    fn nothing_gives_an_empty_scene() {
        for text in ["", "[]", "{}", "{\"States\": 1}", "{\"StartAt\": \"A\", \"States\": {\"A\": 3}}"] {
            let scene = Scene::new(&Document::parse(text), SceneOptions::default());
            assert!(scene.nodes.len() <= 1, "{text}");
        }
    }

    #[test]
    fn a_changed_scene_is_the_one_of_the_changed_document() {
        let text = include_str!("../../../assets/examples/order-processing/workflow.asl.json");
        let mut document = Document::parse(text);
        let folded: Str = document.states().find(|state| state.scopes().next().is_some()).unwrap().key();
        let all = [
            SceneOptions::default(),
            SceneOptions {
                folded: Arc::new([folded.clone()].into_iter().collect()),
                ..SceneOptions::default()
            },
            SceneOptions { root: Some(folded), small_scale: 1.2, ..SceneOptions::default() },
        ];
        let mut scenes = all.clone().map(|options| Scene::new(&document, options));
        let mut number = 7_usize;
        let mut changes = 0;
        let typed = [
            "x",
            "",
            "\"",
            "Next",
            "Map",
            "\"N\": {\"Type\": \"Pass\"},",
            "arn:aws:states:::sqs:sendMessage",
        ];
        for round in 0..400 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % (1 << 31);
            let mut text = document.text().to_owned();
            let at = number / 8 % text.len();
            let (Some(start), Some(end)) = (text.get(..at), text.get(at + round % 3..)) else { continue };
            text = format!("{start}{}{end}", typed[number / 64 % typed.len()]);
            let changed = document.after(text);
            if changed.tree().problems().len() > 3 {
                continue;
            }
            changes += 1;
            document = changed;
            // Options change now and then as well.
            let options = &all[round % 3];
            let read = Document::parse(document.text());
            let before = &scenes[if round % 7 == 0 { (round + 1) % 3 } else { round % 3 }];
            let scene = Scene::after(&document, options.clone(), Some(before));
            assert!(scene == Scene::new(&read, options.clone()), "{}", document.text());
            assert!(scene.nodes.iter().all(|node| scene.index_of(&node.key).is_some()));
            scenes[round % 3] = scene;
        }
        assert!(changes > 50, "{changes}");
    }

    #[test]
    fn what_stays_is_not_drawn_anew() {
        let document = Document::parse(NESTED);
        let scene = Scene::new(&document, SceneOptions::default());
        let changed = document.after(NESTED.replacen("\"Pass\"", "\"Wait\", \"Seconds\": 5", 1));
        let after = Scene::after(&changed, SceneOptions::default(), Some(&scene));
        assert!(Arc::ptr_eq(&scene.geometry, &after.geometry));
        let same = scene.nodes.iter().zip(&after.nodes).filter(|(one, other)| Arc::ptr_eq(one, other));
        assert_eq!(same.map(|(node, _)| &*node.name).collect::<Vec<_>>(), ["After"]);
        assert_ne!(scene, after);
    }
}
