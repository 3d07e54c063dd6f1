//! Layouts of real definitions, where the workspace's neighbour folder `shared` has them.

mod asl;
mod support;

use std::path::Path;

use layout::{Direction, Options, layout};

#[test]
fn real_definitions_are_laid_out_soundly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: there is no folder shared/corpus/definitions beside the repository");
        return;
    };
    let mut checked = 0;
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let text = std::fs::read_to_string(&path).expect("a definition can be read");
        let definition = serde_json::from_str(&text).expect("a definition is JSON");
        let (graph, _) = asl::graph_of(&definition);
        for direction in [Direction::Down, Direction::Right] {
            let options = Options { direction, ..Options::default() };
            support::check(&graph, &layout(&graph, &options), &options);
        }
        checked += 1;
    }
    assert!(checked > 0, "the folder has definitions");
}
