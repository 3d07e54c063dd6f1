//! Takes a picture of every scene, in three sizes, light and dark.
//!
//! `screenshots FOLDER README_PICTURE`: all pictures go to the folder, and the first scene's to the second path as well.

use std::fs;
use std::path::PathBuf;

use e2e::scenes::SCENES;
use e2e::{Page, Scheme, Viewport};

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(readme)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: screenshots FOLDER README_PICTURE");
        std::process::exit(2);
    };
    for (index, scene) in SCENES.iter().enumerate() {
        for viewport in [Viewport::DESKTOP, Viewport::TABLET, Viewport::PHONE] {
            for (scheme, label) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
                let page = Page::open_as(scene.place, viewport, scheme);
                (scene.prepare)(&page);
                page.settle();
                let name = format!("{}-{}x{}-{label}.png", scene.name, viewport.width, viewport.height);
                let path = folder.join(name);
                page.screenshot(&path);
                println!("{}", path.display());
                if index == 0 && viewport == Viewport::DESKTOP && scheme == Scheme::Light {
                    if let Some(parent) = readme.parent() {
                        fs::create_dir_all(parent).expect("the folder of the README's picture");
                    }
                    fs::copy(&path, &readme).expect("the README's picture");
                }
            }
        }
    }
}
