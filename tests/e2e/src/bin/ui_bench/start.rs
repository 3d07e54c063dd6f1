use std::time::Duration;

use e2e::{Page, Scheme, Site, Viewport};

use crate::report::{Report, Unit};

/// From the address to a page that can be used, in a browser that has never seen it.
pub fn measure(report: &mut Report) {
    for _ in 0..3 {
        let page = Page::blank(Site::start());
        page.resize(Viewport::DESKTOP);
        page.emulate(Scheme::Light);
        page.go("");
        page.wait_for("g.node");
        page.pause(Duration::from_millis(100));
        let interactive = page.script("return performance.getEntriesByName('interactive')[0].startTime");
        report.add(
            "Load to interactive on localhost",
            Unit::Wall,
            Some(1_000.0),
            &[interactive.as_f64().expect("a time")],
        );
    }
}
