//! The built site starts, asks nobody else for anything, and keeps its own content security policy.

use std::fs;

use e2e::{Page, SUB_PATH, Scheme, Site, Viewport, scenes};

#[test]
fn the_app_starts_under_a_sub_path_in_every_size() {
    for (viewport, scheme) in [
        (Viewport::DESKTOP, Scheme::Light),
        (Viewport::TABLET, Scheme::Dark),
        (Viewport::PHONE, Scheme::Light),
    ] {
        let page = Page::open_as("", viewport, scheme);
        scenes::started(&page);
        assert!(page.site().address("").ends_with(SUB_PATH));
        let width = page.script("return document.documentElement.scrollWidth").as_u64();
        assert!(width <= Some(viewport.width.into()), "{viewport:?}: the page is {width:?} pixels wide");
        let dark = page.script("return matchMedia('(prefers-color-scheme: dark)').matches");
        assert_eq!(dark, scheme == Scheme::Dark);
        page.assert_clean();
    }
}

/// Shows that the harness would notice: the same checks fail on a page that breaks every rule.
#[test]
fn a_page_that_breaks_the_rules_is_noticed() {
    let folder = std::env::temp_dir().join(format!("stepglass-e2e-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let page =
        "<!doctype html><meta http-equiv=Content-Security-Policy content=\"default-src 'self'; img-src *\">
        <main style='color: red'>hello</main><script>1</script>
        <img src='http://127.0.0.2:9/elsewhere.png'><script src='./broken.js'></script>";
    fs::write(folder.join("index.html"), page).unwrap();
    fs::write(folder.join("broken.js"), "console.error('logged'); throw new Error('thrown')").unwrap();

    let page = Page::blank(Site::of(folder.clone()));
    page.go("");
    page.wait_for_text("main", "hello");
    let problems = page.problems().join("\n");
    for expected in ["style-src-attr forbids inline", "script-src-elem forbids inline", "logged", "thrown"] {
        assert!(problems.contains(expected), "{expected} is not in {problems}");
    }
    assert_eq!(page.foreign_requests(), ["http://127.0.0.2:9/elsewhere.png"]);
    fs::remove_dir_all(folder).unwrap();
}
