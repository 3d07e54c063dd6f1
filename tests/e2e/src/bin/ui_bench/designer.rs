use e2e::Page;
use fantoccini::key::Key;
use serde_json::json;

use crate::meter::Meter;
use crate::report::{Report, Unit};
use crate::workflows;

/// The middle of the canvas.
const MIDDLE: (f64, f64) = (620.0, 330.0);
const FRAME: f64 = 5.0;
const KEYSTROKE: f64 = 50.0;

pub fn measure_1000(report: &mut Report) {
    let meter = Meter::open();
    opening(report, &meter, 1_000, 300.0);
    frames(report, &meter, "1,000 states");
    typing(report, &meter);
    inspecting(report, &meter);
    meter.page.assert_clean();
}

pub fn measure_5000(report: &mut Report) {
    let meter = Meter::open();
    opening(report, &meter, 5_000, 1_500.0);
    frames(report, &meter, "5,000 states");
    meter.page.assert_clean();
}

/// From the text of a file to its picture. The last one that was opened stays open.
fn opening(report: &mut Report, meter: &Meter, states: usize, budget: f64) {
    let text = workflows::of_states(states);
    for number in 1..=2 {
        let name = format!("made-{number}.asl.json");
        let took = meter.cpu(|page| {
            Meter::drop_file(page, &name, &text);
            meter.until(&format!(
                "document.querySelector('.file-name').value === '{name}' && document.querySelector('g.node')"
            ));
        });
        let title = format!("Open {} states: text to picture", thousands(states));
        report.add(&title, Unit::Cpu, Some(budget), &[took]);
        meter.rest();
    }
}

fn frames(report: &mut Report, meter: &Meter, what: &str) {
    let mut add = |name: String, samples: Vec<f64>| report.add(&name, Unit::Cpu, Some(FRAME), &samples);
    let wheel = |page: &Page, x: f64, y: f64, modifiers: u32| {
        let more = json!({ "deltaX": x, "deltaY": y, "modifiers": modifiers });
        Meter::mouse(page, "mouseWheel", MIDDLE, more);
    };
    const CONTROL: u32 = 2;
    let pan = |page: &Page, index: usize| wheel(page, 0.0, if index % 40 < 30 { 40.0 } else { -40.0 }, 0);
    let zoom = |page: &Page, index: usize| {
        wheel(page, 0.0, if index % 20 < 10 { 30.0 } else { -30.0 }, CONTROL);
    };

    meter.page.press(&[Key::Alt], '1');
    let (x, y) = task_in_sight(meter);
    Meter::mouse(&meter.page, "mouseMoved", (x, y), json!({}));
    Meter::mouse(&meter.page, "mousePressed", (x, y), json!({ "button": "left", "clickCount": 1 }));
    for step in 1..=3 {
        let to = (x + 4.0 * f64::from(step), y);
        Meter::mouse(&meter.page, "mouseMoved", to, json!({ "button": "left", "buttons": 1 }));
    }
    meter.frames(2);
    assert_eq!(meter.page.count(".drag-ghost"), 1, "a state was to be dragged");
    let drag = |page: &Page, index: usize| {
        let (across, down) = (index % 25, index % 17);
        let to = (320.0 + 22.0 * across as f64, 160.0 + 22.0 * down as f64);
        Meter::mouse(page, "mouseMoved", to, json!({ "button": "left", "buttons": 1 }));
    };
    add(format!("Drag a state, {what}"), meter.samples(60, drag));
    meter.page.press(&[], Key::Escape.into());
    Meter::mouse(&meter.page, "mouseReleased", MIDDLE, json!({ "button": "left" }));
    meter.rest();

    add(format!("Pan, {what}"), meter.samples(60, pan));
    add(format!("Zoom, {what}"), meter.samples(40, zoom));

    meter.page.click("button[aria-label='Zoom to fit']");
    meter.rest();
    add(format!("Pan, {what}, all in sight"), meter.samples(40, pan));
    add(format!("Zoom, {what}, all in sight"), meter.samples(40, zoom));
}

/// A point of the screen at which there is a task.
fn task_in_sight(meter: &Meter) -> (f64, f64) {
    let found = meter.evaluate(
        "(() => {
            const stage = document.querySelector('#stage').getBoundingClientRect();
            for (const node of document.querySelectorAll('g.node[data-type=task]')) {
                const box = node.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                const inside = x > stage.x + 60 && x < stage.right - 60 && y > stage.y + 60 && y < stage.bottom - 60;
                if (inside && document.elementFromPoint(x, y)?.closest('g.node') === node) return [x, y];
            }
            return null;
        })()",
    );
    let at = |index: usize| found[index].as_f64().expect("a task in sight");
    (at(0), at(1))
}

/// From a key pressed in the text to the problems of what it then is.
fn typing(report: &mut Report, meter: &Meter) {
    let page = &meter.page;
    page.click("#tab-problems");
    page.focus_editor("#tab-definition");
    page.press(&[Key::Control], Key::Home.into());
    // The end of the text in the line of the comment.
    go_into_line(page, 1);
    meter.rest();
    let samples = meter.samples(12, |page, _| Meter::type_key(page, "x"));
    report.add("Keystroke in a text of the definition, 1,000 states", Unit::Cpu, Some(KEYSTROKE), &samples);
    let kept = meter.cpu(|page| page.pause(std::time::Duration::from_millis(800)));
    report.add("Keep the draft and its history after it", Unit::Cpu, Some(KEYSTROKE), &[kept]);

    go_into_line(page, 2);
    meter.rest();
    let problems = "document.querySelector('.problems').textContent.includes('Note 1x')";
    let samples = meter.samples(12, |page, index| {
        if index % 2 == 0 {
            Meter::type_key(page, "x");
            meter.until(problems);
        } else {
            Meter::key(page, "Backspace", 8);
            meter.until(&format!("!{problems}"));
        }
    });
    report.add("Keystroke to problems, 1,000 states", Unit::Cpu, Some(KEYSTROKE), &samples);
    meter.rest();
}

/// Puts the cursor into the text at the end of a line further down: in front of its quote and its comma.
fn go_into_line(page: &Page, down: usize) {
    for _ in 0..down {
        Meter::key(page, "ArrowDown", 40);
    }
    Meter::key(page, "End", 35);
    Meter::key(page, "ArrowLeft", 37);
    Meter::key(page, "ArrowLeft", 37);
}

/// From a key pressed in a form to what it changes.
fn inspecting(report: &mut Report, meter: &Meter) {
    let page = &meter.page;
    Meter::click(page, task_in_sight(meter));
    page.click("#tab-inspector");
    page.wait_for(".inspector");
    meter.evaluate(
        "[...document.querySelectorAll('.inspector label')]
            .find((label) => label.textContent.startsWith('FunctionName')).control.focus()",
    );
    meter.rest();
    let samples = meter.samples(12, |page, _| Meter::type_key(page, "x"));
    report.add("Keystroke in the inspector, 1,000 states", Unit::Cpu, Some(KEYSTROKE), &samples);
    meter.rest();
}

fn thousands(number: usize) -> String {
    format!("{},{:03}", number / 1000, number % 1000)
}
