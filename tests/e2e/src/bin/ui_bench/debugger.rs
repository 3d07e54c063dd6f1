use std::time::Duration;

use e2e::Page;
use fantoccini::key::Key;
use serde_json::json;

use crate::meter::Meter;
use crate::report::{Report, Unit};
use crate::workflows;

const SEEK: f64 = 50.0;

pub fn measure(report: &mut Report) {
    run(report);
    large_value(report);
}

/// A run of just under 25,000 events: to its end, and everywhere in it.
fn run(report: &mut Report) {
    let meter = Meter::open();
    let page = &meter.page;
    Meter::drop_file(page, "loop.asl.json", workflows::LOOP);
    page.wait_for("g.node[data-name=More]");
    put(page, "#tab-answers", workflows::ANSWERS);
    page.click("#tab-result");
    meter.rest();

    let button = page.middle("button[aria-label='Run']");
    let took = meter.cpu(|page| {
        Meter::click(page, button);
        meter.until("document.querySelector('[data-testid=status]')?.textContent.includes('Succeeded')");
    });
    report.add("Run 25,000 events, start to end", Unit::Cpu, None, &[took]);
    meter.rest();
    let events = meter.evaluate("document.querySelector('.place').textContent.split('/')[1].trim()");
    assert_eq!(events, json!("24997"), "events of the loop");

    page.click("#tab-data");
    page.wait_for("#tab-data-panel");
    meter.rest();
    report.add("Scrub through 25,000 events, data in sight", Unit::Cpu, Some(SEEK), &scrub(&meter));
    let key = |key: &'static str, code| move |page: &Page, _| Meter::key(page, key, code);
    focus_track(&meter);
    report.add("Step back", Unit::Cpu, Some(SEEK), &meter.samples(15, key("ArrowLeft", 37)));
    report.add("Step forward", Unit::Cpu, Some(SEEK), &meter.samples(15, key("ArrowRight", 39)));

    let tab = page.middle("#tab-events");
    let opening = meter.cpu(|page| {
        Meter::click(page, tab);
        meter.until("document.querySelector('.event-row')");
    });
    report.add("Open the list of 25,000 events", Unit::Cpu, Some(50.0), &[opening]);
    meter.rest();
    report.add("Scrub, data and events in sight", Unit::Cpu, Some(SEEK), &scrub(&meter));
    let list = page.middle(".events .virtual-list");
    let scroll = |page: &Page, index: usize| {
        let by = if index % 20 < 15 { 240.0 } else { -120.0 };
        Meter::mouse(page, "mouseWheel", list, json!({ "deltaX": 0, "deltaY": by }));
    };
    report.add("Scroll the list of 25,000 events", Unit::Cpu, Some(5.0), &meter.samples(60, scroll));
    let far = meter.samples(20, |page, index| {
        let row = (index * 7_919) % 24_900;
        page.script(&format!("document.querySelector('.events .virtual-list').scrollTop = {}", row * 30));
    });
    report.add("Jump in the list of 25,000 events", Unit::Cpu, Some(5.0), &far);
    let rows = meter.evaluate("document.querySelectorAll('.events .virtual-row').length");
    report.add("Rows of the list in the page", Unit::Count, Some(100.0), &[rows.as_f64().unwrap_or(0.0)]);

    page.click("#tab-steps");
    meter.rest();
    report.add("Scrub, data and table of steps in sight", Unit::Cpu, Some(SEEK), &scrub(&meter));

    page.click("#tab-debug");
    page.wait_for("#tab-debug-panel");
    for watch in ["$n * 2", "$states.input.order.id", "$n > 1000 ? 'late' : 'early'"] {
        page.fill("#tab-debug-panel .watch-form input", watch);
        page.press(&[], Key::Enter.into());
    }
    page.pause(Duration::from_secs(3));
    meter.rest();
    report.add("Scrub, three watched expressions in sight", Unit::Cpu, Some(SEEK), &scrub(&meter));

    let memory = meter.memory();
    let all = memory.heap + memory.wasm;
    report.add("Memory after a run of 25,000 events", Unit::Megabytes, Some(150.0), &[all]);
    report.add("Of it WebAssembly's linear memory", Unit::Megabytes, None, &[memory.wasm]);
    page.assert_clean();
}

/// Goes to events here and there on the track.
fn scrub(meter: &Meter) -> Vec<f64> {
    let track = meter.evaluate(
        "(({ x, y, width, height }) => [x, y + height / 2, width])(
            document.querySelector('[data-testid=track]').getBoundingClientRect())",
    );
    let [x, y, width] = [0, 1, 2].map(|index| track[index].as_f64().expect("the track's place"));
    Meter::mouse(&meter.page, "mousePressed", (x + 1.0, y), json!({ "button": "left", "clickCount": 1 }));
    meter.frames(2);
    let samples = meter.samples(40, |page, index| {
        // Numbers that jump about, the same in every run.
        let share = ((index + 1) * 61 % 97) as f64 / 97.0;
        Meter::mouse(page, "mouseMoved", (x + share * width, y), json!({ "button": "left", "buttons": 1 }));
    });
    Meter::mouse(&meter.page, "mouseReleased", (x + width / 2.0, y), json!({ "button": "left" }));
    meter.frames(2);
    samples
}

fn focus_track(meter: &Meter) {
    meter.evaluate("document.querySelector('[data-testid=track]').focus()");
    meter.frames(2);
}

/// A recorded value of 10 MB, shown at the event that has it.
fn large_value(report: &mut Report) {
    let meter = Meter::open();
    let page = &meter.page;
    let text = workflows::recording_of(10);
    Meter::give_file(page, "history.json", &text);
    meter.rest();
    let opening = meter.cpu(|page| {
        Meter::drop_given(page);
        meter.until("document.querySelector('.place')?.textContent.endsWith('/ 4')");
    });
    report.add("Read a recorded history of 20 MB", Unit::Cpu, None, &[opening]);
    page.click("#tab-data");
    page.wait_for("#tab-data-panel");
    meter.rest();
    focus_track(&meter);
    let samples = meter.samples(6, |page, index| {
        let (key, code) = if index % 2 == 0 { ("Home", 36) } else { ("ArrowRight", 39) };
        Meter::key(page, key, code);
        if index % 2 == 1 {
            Meter::key(page, key, code);
        }
    });
    let shown: Vec<f64> = samples.into_iter().skip(1).step_by(2).collect();
    report.add("Open a value of 10 MB", Unit::Cpu, Some(100.0), &shown);
    page.assert_clean();
}

/// Puts a text into the editor of a tab.
fn put(page: &Page, tab: &str, text: &str) {
    page.press(&[Key::Alt], '1');
    page.replace_text(tab, text);
}
