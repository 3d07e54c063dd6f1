//! The debugger as a person uses it: breakpoints, steps both ways, other answers, time travel.

use std::time::Duration;

use e2e::{Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

const COUNTING: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
    "Count": {"Type": "Pass", "Assign": {"n": "{% ($exists($n) ? $n : 0) + 1 %}"},
        "Output": {"n": "{% ($exists($n) ? $n : 0) + 1 %}", "order": "{% $states.input.order %}"}, "Next": "More"},
    "More": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n < 5 %}", "Next": "Ask"}], "Default": "Done"},
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": {"n": "{% $states.input.n %}"}},
        "Output": {"n": "{% $states.input.n %}", "order": "{% $states.result.Payload %}"}, "Next": "Count"},
    "Done": {"Type": "Succeed"}}}"#;

const ANSWERS: &str = r#"{"Ask": [{"Return": {"Payload": "prepared"}}]}"#;

fn open(definition: &str, answers: &str) -> Page {
    let page = Page::open("");
    page.wait_for("g.node");
    put(&page, "#tab-definition", definition);
    put(&page, "#tab-answers", answers);
    page
}

/// Puts a text into the editor of a tab.
fn put(page: &Page, tab: &str, text: &str) {
    page.click(tab);
    page.wait_for(&format!("{tab}-panel .code-host.ready"));
    page.script(&format!(
        "document.querySelector('{tab}-panel .code-host').shadowRoot.querySelector('.cm-content').focus()"
    ));
    page.press(&[Key::Control], 'a');
    page.devtools("Input.insertText", json!({ "text": text }));
}

fn wait_for_standing(page: &Page, text: &str) {
    page.wait_for_text("[data-testid=standing]", text);
}

fn place(page: &Page) -> u64 {
    let now = page.attribute("[data-testid=track]", "aria-valuenow").unwrap_or_default();
    now.parse().expect("a position")
}

/// Milliseconds of the main thread's own time for doing something and painting it, on average of several: time that
/// other programs take on the same processor does not count.
fn millis_to_paint(page: &Page, what: &str) -> f64 {
    const ROUNDS: u32 = 15;
    page.devtools("Performance.enable", json!({ "timeDomain": "threadTicks" }));
    let spent = || {
        let metrics = page.devtools("Performance.getMetrics", json!({}));
        let all = metrics["metrics"].as_array().cloned().unwrap_or_default();
        let task = all.iter().find(|metric| metric["name"] == "TaskDuration");
        task.and_then(|metric| metric["value"].as_f64()).expect("a duration")
    };
    let script = format!(
        "const done = arguments[arguments.length - 1];
         const track = document.querySelector('[data-testid=track]');
         const rect = track.getBoundingClientRect();
         const pull = (share) => {{
             for (const kind of ['pointerdown', 'pointerup']) {{
                 track.dispatchEvent(new PointerEvent(kind, {{ bubbles: true, pointerId: 1,
                     clientX: rect.left + share * rect.width, clientY: rect.top + 5 }}));
             }}
         }};
         let round = 0;
         const next = () => {{
             if (round++ === {ROUNDS}) {{ return done(); }}
             {what};
             requestAnimationFrame(() => requestAnimationFrame(next));
         }};
         next();"
    );
    let before = spent();
    page.async_script(&script);
    (spent() - before) / f64::from(ROUNDS) * 1000.0
}

#[test]
fn a_run_is_stopped_looked_into_stepped_back_changed_and_compared() {
    let page = open(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Ask]");
    // A conditional breakpoint at a state, in the workflow's own language.
    page.click("button[aria-label='Follow the run'], button[title='Follow the run']");
    page.click("#tab-debug");
    page.click(".breakpoint-tools .button");
    page.script(
        "const select = document.querySelectorAll('.breakpoint-form select')[1];
         select.value = '/States/Ask'; select.dispatchEvent(new Event('change', { bubbles: true }));",
    );
    page.fill("[data-testid=condition]", "$states.input.n = 3");
    page.click(".breakpoint-form .button.primary");
    page.wait_for(".breakpoint-row[data-look=conditional]");
    page.press(&[], Key::F8.into());
    wait_for_standing(&page, "Stopped by a breakpoint. Ask");
    page.wait_for("g.node.here[data-name=Ask]");

    // Its stages: into the task, where the arguments are made.
    page.press(&[], Key::F11.into());
    wait_for_standing(&page, "Ask: Task scheduled");
    page.click("#tab-data");
    page.wait_for_text("[data-testid=data-state]", "Ask");
    page.wait_for_text(".stage-chip[aria-pressed=true]", "After Arguments");
    page.wait_for_text("[data-testid=stage-after]", "Payload");
    page.wait_for_text(".expression-value", "3");

    // Back three times, each of which undoes one step.
    let here = place(&page);
    for step in 1..=3 {
        page.press(&[Key::Alt], Key::Left.into());
        page.wait_for_value(
            "return Number(document.querySelector('[data-testid=track]').ariaValueNow)",
            &json!(here - step),
        );
    }
    page.wait_for("g.node.here[data-name=More]");
    for step in (0..3).rev() {
        page.press(&[], Key::F11.into());
        page.wait_for_value(
            "return Number(document.querySelector('[data-testid=track]').ariaValueNow)",
            &json!(here - step),
        );
    }

    // Another answer than the prepared one, in the past of the run: a copy goes on with it.
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.wait_for_text("[data-testid=output]", "prepared");
    page.script(&format!("document.querySelector('[data-testid=track]').focus(); return {here}"));
    page.press(&[], Key::Home.into());
    page.press(&[], Key::F8.into());
    wait_for_standing(&page, "Stopped by a breakpoint. Ask");
    page.press(&[], Key::F11.into());
    wait_for_standing(&page, "Ask: Task scheduled");
    page.click("#tab-tasks");
    page.fill(".answer textarea", "{\"Payload\": \"another\"}");
    page.click(".answer .button.primary");
    page.wait_for_value("return document.querySelectorAll('.run-choice option').length", &json!(2));
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");

    // Both are kept.
    let names = page.texts(".run-choice option");
    assert!(names.iter().all(|name| name.ends_with("Succeeded")), "{names:?}");
    page.assert_clean();
}

#[test]
fn breakpoints_are_kept_and_follow_their_state() {
    let page = open(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Done]");
    page.click("g.node[data-name=Done]");
    page.press(&[], Key::F9.into());
    page.wait_for("g.node[data-name=Done] .breakpoint[data-look=plain]");
    put(&page, "#tab-definition", &COUNTING.replace("Done", "Finished"));
    page.wait_for("g.node[data-name=Finished] .breakpoint[data-look=plain]");
    page.pause(Duration::from_millis(600));
    page.reload();
    page.wait_for("g.node[data-name=Finished] .breakpoint[data-look=plain]");
    page.press(&[], Key::F8.into());
    wait_for_standing(&page, "Stopped by a breakpoint. Finished");
    page.assert_clean();
}

#[test]
fn any_of_25000_events_is_reached_within_50_milliseconds() {
    let page = open(
        r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#,
        "{}",
    );
    page.wait_for("g.node[data-name=B]");
    page.click("button[aria-label='Run']");
    page.wait_for_text("[data-testid=status]", "Failed");
    page.click("#tab-data");
    let events = page.attribute("[data-testid=track]", "aria-valuemax").unwrap_or_default();
    assert!(events.parse::<u32>().is_ok_and(|events| events > 24_900), "{events} events");
    let anywhere = millis_to_paint(&page, "pull(Math.random())");
    let back = millis_to_paint(
        &page,
        "track.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }))",
    );
    println!("to any of 25,000 events: {anywhere:.1} ms; one event back: {back:.1} ms");
    assert!(anywhere <= 50.0, "{anywhere} ms to any event");
    assert!(back <= 50.0, "{back} ms for one event back");
    page.assert_clean();
}

#[test]
fn a_large_value_opens_at_once_and_is_searched() {
    let page = open(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#, "{}");
    page.wait_for("g.node[data-name=A]");
    // About 200 KB: what a state may have at most.
    let items: Vec<Value> =
        (0..4_000).map(|number| json!({ "id": number, "name": format!("item {number}") })).collect();
    put(&page, "#tab-input", &json!({ "items": items }).to_string());
    page.press(&[Key::Control, Key::Shift], Key::Enter.into());
    page.wait_for_text("[data-testid=data-state]", "A");
    page.wait_for(".json-row");
    assert!(page.count(".json-row") < 200, "{} rows", page.count(".json-row"));
    page.click("[data-testid=stage-after] [aria-label=Search]");
    page.fill(".json-search input", "item 3999");
    page.wait_for_text(".json-row", "item 3999");
    page.assert_clean();
}

#[test]
fn a_nested_workflow_runs_for_real() {
    let page = Page::open("");
    page.wait_for("g.node");
    page.click("button[aria-label='Open an example or a recent workflow']");
    page.click("[data-example='nested-workflows']");
    page.wait_for("g.node[data-name='Check identity']");
    page.click("button[aria-label='Run']");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-events");
    // The child's own events are among those of the run.
    let starts = page.until("the events of both", || {
        let rows = page.texts(".event-row .event-type");
        let starts = rows.iter().filter(|name| **name == "ExecutionStarted").count();
        (starts == 2).then_some(starts)
    });
    assert_eq!(starts, 2);
    page.assert_clean();
}

#[test]
fn the_debugger_is_all_there_on_a_phone() {
    let page = Page::open_as("", Viewport::PHONE, Scheme::Dark);
    page.wait_for("g.node");
    page.press(&[Key::Control, Key::Shift], Key::Enter.into());
    page.wait_for(".controls");
    for (index, pane) in
        [(2, "#tab-data-panel"), (3, "#tab-debug-panel"), (4, "#tab-tasks-panel"), (1, "#stage")]
    {
        page.click(&format!(".pane-button:nth-of-type({index})"));
        page.wait_for(pane);
        page.wait_for("[data-testid=standing]");
    }
    page.assert_clean();
}
