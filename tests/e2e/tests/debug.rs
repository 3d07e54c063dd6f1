//! The debugger as a person uses it: breakpoints, steps both ways, other answers, time travel.

use std::time::Duration;

use e2e::{Axe, Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

/// Asks a task four times, or until it answers "stop".
const COUNTING: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
    "Count": {"Type": "Pass", "Assign": {"n": "{% ($exists($n) ? $n : 0) + 1 %}"},
        "Output": {"n": "{% ($exists($n) ? $n : 0) + 1 %}", "order": "{% $exists($states.input.order) ? $states.input.order : 'none' %}"}, "Next": "More"},
    "More": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n < 5 and $states.input.order != 'stop' %}", "Next": "Ask"}], "Default": "Done"},
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": {"n": "{% $states.input.n %}"}},
        "Output": {"n": "{% $states.input.n %}", "order": "{% $states.result.Payload %}"}, "Next": "Count"},
    "Done": {"Type": "Succeed"}}}"#;

const ANSWERS: &str = r#"{"Ask": [{"Return": {"Payload": "prepared"}}]}"#;

/// 25,000 events, which is where AWS ends an execution.
const ENDLESS: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#;

fn stop_at(page: &Page, state: &str, condition: &str) {
    page.click("#tab-debug");
    page.click(".breakpoint-tools .button");
    page.wait_for("[data-testid=condition]");
    page.choose_option(".breakpoint-field:nth-of-type(2) select", &format!("/States/{state}"));
    page.fill("[data-testid=condition]", condition);
    page.click(".breakpoint-form .button.primary");
    page.wait_for(".breakpoint-row[data-look=conditional]");
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
    let page = Page::open_workflow(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Ask]");
    page.follow_runs();
    // After the second answer: in the workflow's own language.
    stop_at(&page, "Count", "$states.input.n = 2");
    page.press(&[], Key::F8.into());
    page.wait_for_standing("Stopped by a breakpoint. Count");
    page.wait_for("g.node.here[data-name=Count]");
    let stopped = page.position();

    // Its stages, one step after the other.
    page.click("#tab-data");
    page.wait_for_text("[data-testid=data-state]", "Count");
    page.wait_for_text(".stage-chip[aria-pressed=true]", "State input");
    page.wait_for_text("[data-testid=stage-after]", "prepared");
    page.press(&[], Key::F11.into());
    page.until("another stage of the same state", || {
        let pressed = page.texts(".stage-chip[aria-pressed=true]").concat();
        (!pressed.is_empty() && !pressed.contains("State input")).then_some(())
    });
    page.wait_for_text("[data-testid=data-state]", "Count");
    page.wait_for_text(".expression-value", "3");
    page.press(&[Key::Alt], Key::Left.into());
    page.wait_for_text(".stage-chip[aria-pressed=true]", "State input");
    page.wait_for_position(stopped);

    // Back three times, each of which undoes one step: to where the task waits for its answer.
    page.wait_for("g.node[data-name=Ask][data-status=succeeded]");
    for (step, standing) in
        [(1, "Ask: Task state exited"), (2, "Ask: Task succeeded"), (3, "Ask: Task started")]
    {
        page.press(&[Key::Alt], Key::Left.into());
        page.wait_for_position(stopped - step);
        page.wait_for_standing(standing);
    }
    page.wait_for("g.node.here[data-name=Ask][data-status=running]");
    page.wait_for_text(".stage-chip[aria-pressed=true]", "After Arguments");

    // Another answer than the prepared one, later: a copy goes on with it, and stops at the breakpoint as well.
    page.click("#tab-tasks");
    page.wait_for_text(".tasks-past", "the run as it was is kept");
    page.fill(".answer textarea", "{\"Payload\": \"stop\"");
    page.click(".answer .button.primary");
    page.wait_for_text(".complaint", "The result is not JSON");
    page.fill(".answer textarea", "{\"Payload\": \"stop\"}");
    page.fill(".answer-field.narrow input", "5");
    page.click(".answer .button.primary");
    page.wait_for_value("return document.querySelectorAll('.run-choice option').length", &json!(2));
    page.wait_for_standing("Stopped by a breakpoint. Count");
    page.click("#tab-data");
    page.wait_for_text("[data-testid=stage-after]", "stop");
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.wait_for_text("[data-testid=output]", "stop");

    // Beside a run that has not ended nothing is said of how long each took.
    page.click("#tab-compare");
    page.wait_for_text("[data-testid=comparison]", "has not ended");
    let told = page.text("[data-testid=comparison]");
    assert!(!told.contains("took"), "{told}");
    page.click("#tab-result");

    // The run as it was goes on, too, with the answers that were prepared.
    page.click(".kept-row:not(.current) .kept-open");
    page.wait_for_standing("Ask: Task started");
    page.press(&[], Key::F8.into());
    page.wait_for_standing("Stopped by a breakpoint. Count");
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.wait_for_text("[data-testid=output]", "prepared");
    let names = page.texts(".run-choice option");
    assert!(names.len() == 2 && names.iter().all(|name| name.ends_with("Succeeded")), "{names:?}");

    // Where the two part, and what differs in path, data and time.
    page.click("#tab-compare");
    page.wait_for_text("[data-testid=comparison]", "They part at Ask: output");
    page.wait_for_text("[data-testid=comparison]", "took 5 s more");
    page.wait_for_text(".pair-row.first .pair-name", "Ask");
    page.wait_for_text(".pair-details .change[data-kind=before]", "prepared");
    page.wait_for_text(".pair-details .change[data-kind=after]", "stop");
    // What one of them alone visited stands at the list's end.
    page.script("document.querySelector('.comparison-list .virtual-list').scrollTop = 10_000");
    page.wait_for_text(".pair-side.missing", "not visited");
    page.click(".pair-link");
    page.wait_for("g.node.here[data-name=Ask]");
    page.assert_clean();
}

#[test]
fn a_failed_run_shows_the_rule_that_matched_and_the_data_of_any_state() {
    let definition = r#"{"StartAt": "Sort", "States": {
        "Sort": {"Type": "Choice", "Choices": [
            {"Variable": "$.n", "IsPresent": true, "Next": "Ask"},
            {"Variable": "$.n", "IsPresent": false, "Next": "Ask"}], "Default": "Done"},
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
            "Next": "Done"},
        "Done": {"Type": "Succeed"}}}"#;
    let throw = r#"{"Ask": [{"Throw": {"Error": "Offline", "Cause": "No route to the host"}}]}"#;
    let page = Page::open_workflow(definition, throw);
    page.wait_for("g.node[data-name=Ask]");
    page.follow_runs();
    page.press(&[Key::Control], Key::Enter.into());
    page.wait_for_text("[data-testid=status]", "Failed");

    // Two rules lead to the same state: the input has no n, so it was the second one.
    page.wait_for("g.edge.taken");
    let taken = "return [...document.querySelectorAll('g.edge.taken')].map((edge) => edge.dataset.key)
        .filter((key) => key.includes('/States/Sort:'))";
    page.wait_for_value(taken, &json!(["0:/States/Sort:1"]));

    // The state that failed is selected, and the panel shows what became of it.
    page.click("#tab-data");
    page.wait_for_text("[data-testid=data-state]", "Ask");
    page.wait_for_text("#tab-data-panel", "No route to the host");
    // With nothing selected, the panel is about the execution, and leads to the state where it failed.
    page.press(&[], Key::Escape.into());
    page.script("document.querySelector('g.node').focus()");
    page.press(&[], Key::Escape.into());
    page.wait_for_text(".to-state", "Show the data of Ask");
    page.click(".to-state");
    page.wait_for_text("[data-testid=data-state]", "Ask");

    // A state that is selected while the run stands somewhere else.
    page.click("g.node[data-name=Sort]");
    page.wait_for_text(".to-state", "Show the data of Sort");
    page.click(".to-state");
    page.wait_for_text("[data-testid=data-state]", "Sort");
    page.wait_until_gone(".to-state");

    // At the end of the run what is selected is shown, and the graph keeps the colours of the end.
    page.press(&[Key::Alt], Key::End.into());
    page.wait_for_standing("Execution failed with Offline.");
    let end = page.position();
    page.wait_for_text("[data-testid=data-state]", "Sort");
    page.click("g.node[data-name=Ask]");
    page.wait_for_text("[data-testid=data-state]", "Ask");
    page.wait_for("g.node[data-name=Ask][data-status=failed]");
    page.click("#tab-details");
    page.wait_for_text(".visit-name", "Ask");
    page.wait_for_text(".visit-failure", "No route to the host");
    page.click("g.node[data-name=Done]");
    page.wait_for_text(".visit-head", "The run did not come to Done.");
    page.click("g.node[data-name=Sort]");
    page.wait_for_text(".visit-name", "Sort");
    page.wait_for_position(end);
    page.wait_for_text(".to-state", "Go to this visit");
    page.click(".to-state");
    page.wait_for_standing("Sort: Choice state exited");
    page.wait_for("g.node.here[data-name=Sort]");
    page.assert_clean();
}

#[test]
fn breakpoints_come_back_after_a_reload() {
    let page = Page::open_workflow(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Done]");
    page.click("g.node[data-name=Done]");
    page.press(&[], Key::F9.into());
    page.wait_for("g.node[data-name=Done] .breakpoint[data-look=plain]");
    page.pause(Duration::from_millis(600));
    page.reload();
    page.wait_for("g.node[data-name=Done] .breakpoint[data-look=plain]");
    page.press(&[], Key::F8.into());
    page.wait_for_standing("Stopped by a breakpoint. Done");
    page.assert_clean();
}

#[test]
fn a_breakpoint_with_a_broken_condition_is_not_set() {
    let page = Page::open_workflow(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Done]");
    page.follow_runs();
    page.click("#tab-debug");
    page.click(".breakpoint-tools .button");
    page.fill("[data-testid=condition]", "$states.input.n = ");
    page.wait_for_text(".breakpoint-form", "The condition:");
    page.press(&[], Key::Enter.into());
    page.pause(Duration::from_millis(150));
    assert_eq!(page.count(".breakpoint-row"), 0);
    page.fill("[data-testid=condition]", "$states.input.n = 3");
    page.press(&[], Key::Enter.into());
    page.wait_for(".breakpoint-row[data-look=conditional]");
    page.assert_clean();
}

#[test]
fn any_of_25000_events_is_reached_within_50_milliseconds() {
    let page = Page::open_workflow(ENDLESS, "{}");
    page.wait_for("g.node[data-name=B]");
    page.click("button[aria-label='Run']");
    page.wait_for_text("[data-testid=status]", "Failed");
    page.click("#tab-data");
    let events = page.attribute("[data-testid=track]", "aria-valuemax").unwrap_or_default();
    assert!(events.parse::<u32>().is_ok_and(|events| events > 24_900), "{events} events");
    // Graph, data, variables and events follow together.
    page.click("#tab-events");
    page.wait_for(".event-row");
    let anywhere = millis_to_paint(&page, "pull(Math.random())");
    let back = millis_to_paint(
        &page,
        "track.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }))",
    );
    println!("to any of 25,000 events: {anywhere:.1} ms; one event back: {back:.1} ms");
    assert!(anywhere <= 50.0, "{anywhere} ms to any event");
    assert!(back <= 50.0, "{back} ms for one event back");

    // The keys of the track, and what follows it.
    page.script("document.querySelector('[data-testid=track]').focus()");
    page.press(&[], Key::Home.into());
    page.wait_for_position(0);
    page.press(&[], Key::Right.into());
    page.press(&[], Key::Right.into());
    page.wait_for_position(2);
    page.wait_for("g.node.here[data-name=A]");
    page.wait_for_text(".event-details h3", "2 WaitStateEntered");
    page.wait_for_text("[data-testid=data-state]", "A");
    page.press(&[], Key::PageDown.into());
    page.wait_for("g.node.here[data-name=B]");
    page.press(&[], Key::End.into());
    page.wait_for_position(events.parse().expect("a number"));
    page.assert_clean();
}

#[test]
fn a_large_value_opens_at_once_and_is_searched() {
    let page =
        Page::open_workflow(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#, "{}");
    page.wait_for("g.node[data-name=A]");
    // About 200 KB: what a state may have at most.
    let items: Vec<Value> =
        (0..4_000).map(|number| json!({ "id": number, "name": format!("item {number}") })).collect();
    page.replace_text("#tab-input", &json!({ "items": items }).to_string());
    page.press(&[Key::Control, Key::Shift], Key::Enter.into());
    page.wait_for_text("[data-testid=data-state]", "A");
    page.wait_for(".json-row");
    assert!(page.count(".json-row") < 200, "{} rows", page.count(".json-row"));
    page.click("[data-testid=stage-after] [aria-label=Search]");
    page.fill(".json-search input", "item 3999");
    page.wait_for_text(".json-row", "item 3999");
    assert!(page.count(".json-row") < 200, "{} rows", page.count(".json-row"));
    page.assert_clean();
}

#[test]
fn a_nested_workflow_runs_for_real() {
    let page = Page::open("#example=nested-workflows");
    page.wait_for("g.node[data-name='Check identity']");
    page.click("button[aria-label='Run']");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-events");
    // The child is an execution of its own, with events of its own.
    let children = "return [...document.querySelectorAll('.events select[aria-label=Execution] option')]
        .map((option) => option.textContent)";
    let names = page.until("the executions of the run", || {
        let names = page.script(children);
        let names: Vec<String> =
            names.as_array()?.iter().filter_map(|one| Some(one.as_str()?.to_owned())).collect();
        (names.len() > 1).then_some(names)
    });
    assert!(names.iter().skip(1).any(|name| name.ends_with("Succeeded")), "{names:?}");
    page.choose_option(".events select[aria-label=Execution]", "1");
    page.wait_for_text(".event-details h3", "1 ExecutionStarted");
    page.wait_for_text(".event-row .event-type", "StateEntered");
    page.assert_clean();
}

#[test]
fn what_is_typed_into_a_form_outlives_its_tab() {
    let page = Page::open_workflow(
        r#"{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
            "Ask": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
                    "Arguments": {"Bucket": "b", "Key": "k"}, "Next": "End"},
            "End": {"Type": "Pass", "End": true}}}"#,
        "{}",
    );
    page.wait_for("g.node[data-name=Ask]");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Waiting for a task's answer");
    let value_of =
        |selector: &str| page.script(&format!("return document.querySelector(\"{selector}\")?.value"));
    let go_and_come_back = |tab: &str, selector: &str| {
        page.click("#tab-definition");
        page.wait_until_gone(selector);
        page.click("button.mode:first-child");
        page.click("button.mode:last-child");
        page.click(tab);
        page.wait_for(selector);
    };
    page.click("#tab-tasks");
    page.fill(".answer textarea", "{\"Body\": ");
    page.fill(".answer-field.narrow input", "7");
    go_and_come_back("#tab-tasks", ".answer textarea");
    assert_eq!(value_of(".answer textarea"), "{\"Body\": ");
    assert_eq!(value_of(".answer-field.narrow input"), "7");
    // A breakpoint that is not added yet, until it is given up.
    page.click("#tab-debug");
    page.click(".breakpoint-tools .button");
    page.fill("[data-testid=condition]", "$states.input.n >");
    go_and_come_back("#tab-debug", "[data-testid=condition]");
    assert_eq!(value_of("[data-testid=condition]"), "$states.input.n >");
    page.click(".breakpoint-form button[type=button]");
    page.wait_until_gone(".breakpoint-form");
    page.click(".breakpoint-tools .button");
    page.wait_for("[data-testid=condition]");
    assert_eq!(value_of("[data-testid=condition]"), "");
    // Another input of a state, where it is entered: it belongs to that place alone.
    page.press(&[Key::Alt], Key::Left.into());
    page.wait_for_standing("Ask: Task state entered");
    page.click("#tab-data");
    let input = "textarea[aria-label='New input of the state, as JSON']";
    let edit = "section.stages button[aria-expanded]";
    page.click(edit);
    page.fill(input, "{\"n\": 2");
    page.click(edit);
    page.wait_until_gone(input);
    page.click(edit);
    page.wait_for(input);
    assert_eq!(value_of(input), "{\"n\": 2");
    page.assert_clean();
}

#[test]
fn a_watch_is_told_over_time() {
    let page = Page::open_workflow(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Ask]");
    page.follow_runs();
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-debug");
    page.fill("input[aria-label='Expression to watch']", "$n");
    page.press(&[], Key::Enter.into());
    page.wait_for_text(".watch-count", "6 values");
    page.click(".watch-open");
    page.wait_for(".watch-sample");
    let values = page.texts(".watch-sample code");
    assert_eq!(values, ["nothing", "1", "2", "3", "4", "5"]);
    // A click goes to where it had that value.
    page.click(".watch-samples li:nth-of-type(3) .watch-sample");
    page.wait_for_text(".watch-value", "2");
    page.fill("input[aria-label='Expression to watch']", "$states.input.((");
    page.press(&[], Key::Enter.into());
    page.wait_for(".watch[data-look=error]");
    page.assert_clean();
}

/// What axe-core finds in every view of a run. Skipped where it is not installed.
#[test]
fn no_view_of_a_run_violates_accessibility_rules_in_both_themes() {
    let Some(axe) = Axe::load() else { return };
    for (scheme, viewport) in [(Scheme::Light, Viewport::DESKTOP), (Scheme::Dark, Viewport::TABLET)] {
        let page = Page::open_as("#example=order-processing", viewport, scheme);
        page.wait_for("g.node");
        let check = |view: &str| {
            assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?} {view}");
        };
        page.follow_runs();
        check("before a run");
        page.click("button[aria-label='Run']");
        page.wait_for_text("[data-testid=status]", "Succeeded");
        check("result");
        page.press(&[Key::Control], Key::Enter.into());
        page.wait_for_value("return document.querySelectorAll('.run-choice option').length", &json!(2));
        for tab in ["steps", "events", "compare"] {
            page.click(&format!("#tab-{tab}"));
            check(tab);
        }
        for tab in ["visit-data", "visit-facts", "visit-definition", "visit-retries", "visit-events"] {
            page.click("#tab-details");
            page.click(&format!("#tab-{tab}"));
            check(tab);
        }
        // In the middle of it, with everything of the debugger open.
        page.click("button[aria-label='Show coverage: what the runs have reached']");
        page.wait_for("[data-testid=coverage]");
        page.click("#tab-debug");
        page.fill("input[aria-label='Expression to watch']", "$states.input.orderId");
        page.press(&[], Key::Enter.into());
        page.click(".watch-open");
        page.click(".breakpoint-tools .button");
        page.script("document.querySelector('[data-testid=track]').focus()");
        page.press(&[], Key::Home.into());
        page.until("inside of an iteration", || {
            page.press(&[], Key::PageDown.into());
            page.is_visible("canvas[aria-roledescription]").then_some(())
        });
        check("debug");
        page.click("#tab-data");
        page.wait_for(".stage-chip");
        check("data");
        // A task that waits for an answer.
        page.press(&[], Key::Home.into());
        page.until("at a task", || {
            page.press(&[], Key::F11.into());
            page.texts("[data-testid=standing]").concat().contains("Task scheduled").then_some(())
        });
        page.click("#tab-tasks");
        page.wait_for(".answer textarea");
        check("tasks");
    }
}

#[test]
fn the_debugger_is_all_there_on_a_phone() {
    let page = Page::open_as("", Viewport::PHONE, Scheme::Dark);
    page.wait_for("g.node");
    page.press(&[Key::Control, Key::Shift], Key::Enter.into());
    page.wait_for(".controls");
    for (index, pane) in
        [(3, "#tab-data-panel"), (4, "#tab-debug-panel"), (5, "#tab-tasks-panel"), (2, "#stage")]
    {
        page.click(&format!(".pane-button:nth-of-type({index})"));
        page.wait_for(pane);
        page.wait_for("[data-testid=standing]");
    }
    page.assert_clean();
}

#[test]
fn expressions_are_tried_on_the_data_at_a_stop() {
    let page = Page::open_workflow(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Ask]");
    page.follow_runs();
    stop_at(&page, "Count", "$states.input.n = 2");
    page.press(&[], Key::F8.into());
    page.wait_for_standing("Stopped by a breakpoint. Count");
    page.press(&[Key::Alt], 'x');
    page.wait_for_value("return document.activeElement?.id", &serde_json::json!("scratch"));
    // What is there is offered.
    page.keys("$states.in");
    page.wait_for_text("#scratch-options", "input");
    page.press(&[], Key::Enter.into());
    page.keys(".n + 40");
    page.wait_for_value(
        "return document.querySelector('#scratch').value",
        &serde_json::json!("$states.input.n + 40"),
    );
    page.wait_for_text("[data-testid=scratch-type]", "number");
    page.wait_for_text(".scratch + *, .scratch .json-row", "42");
    // Kept, watched, and worth something else elsewhere.
    page.press(&[], Key::Enter.into());
    page.wait_for_text(".scratch-tried summary", "Tried before (1)");
    page.click(".scratch-actions .button");
    page.wait_for_text(".watch-name", "$states.input.n + 40");
    page.wait_for_text(".scratch-actions", "It is watched");
    page.fill("#scratch", "$states.input.[");
    page.wait_for("[data-testid=scratch-result] [data-look=problem]");
    page.press(&[], Key::Escape.into());
    page.press(&[], Key::Up.into());
    page.wait_for_value(
        "return document.querySelector('#scratch').value",
        &serde_json::json!("$states.input.n + 40"),
    );
    page.assert_clean();
}

#[test]
fn a_branch_that_has_yet_to_begin_is_chosen_to_go_first() {
    let definition = r#"{"StartAt": "All", "States": {"All": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"a": 1}, "End": true}}},
        {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}},
        {"StartAt": "C", "States": {"C": {"Type": "Pass", "End": true}}}]}}}"#;
    let page = Page::open_workflow(definition, "{}");
    page.wait_for("g.node[data-name=A]");
    page.follow_runs();
    page.click("g.node[data-name=A]");
    page.press(&[], Key::F9.into());
    page.press(&[], Key::F8.into());
    page.wait_for_standing("Stopped by a breakpoint. A");
    page.click("#tab-debug");
    page.wait_for_text(".frame-row", "Can begin");
    page.click("button[aria-label='Let Branch 3 go first, and step it']");
    page.wait_for("g.node.here[data-name=C]");
    page.wait_for_standing("C: Pass state entered");
    page.click("button[aria-label='Let Branch 2 go first, and step it']");
    page.wait_for("g.node.here[data-name=B]");
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.assert_clean();
}

#[test]
fn a_run_is_played_slowly_and_stops_where_it_has_to() {
    const SPEED: &str = "select[aria-label='Speed of playing']";
    const PLAY: &str = "button[aria-label='Play from here']";
    let page = Page::open_workflow(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Ask]");
    page.follow_runs();
    page.press(&[], Key::F10.into());
    page.wait_for_standing("Count: Pass state entered");
    let begun = page.position();
    page.choose_option(SPEED, "1");
    page.click(PLAY);
    page.wait_for_text(".phase", "Playing");
    page.wait_for_position(begun + 1);
    page.press(&[Key::Alt, Key::Shift], 'p');
    page.wait_for_text(".phase", "Paused");
    assert!(page.position() < begun + 10, "one event a second");

    // What stops a run that goes on at full speed stops this one, too.
    stop_at(&page, "Count", "$states.input.n = 2");
    page.choose_option(SPEED, "250");
    page.click(PLAY);
    page.wait_for_standing("Stopped by a breakpoint. Count");
    page.wait_for(PLAY);
    page.click(PLAY);
    page.wait_for_text("[data-testid=status]", "Succeeded");

    // From the end of a run that is over it is played from its start.
    let end = page.position();
    page.choose_option(SPEED, "1");
    page.click(PLAY);
    page.until("the start", || (page.position() < end).then_some(()));
    page.wait_for_text(".phase", "Playing");
    page.click("button[aria-label='Stop playing']");
    page.wait_for(PLAY);

    // Where there is no run it begins one, which stops at a task without an answer.
    page.press(&[Key::Alt], 'n');
    page.wait_for("g.node[data-name='Start here']");
    page.replace_text("#tab-definition", COUNTING);
    page.wait_for("g.node[data-name=Ask]");
    page.press(&[Key::Alt, Key::Shift], 'p');
    page.wait_for_standing("Ask waits for an answer");
    page.assert_clean();
}

#[test]
fn a_state_that_waits_says_so() {
    let page = Page::open_workflow(ENDLESS, "{}");
    page.wait_for("g.node[data-name=B]");
    page.follow_runs();
    page.press(&[], Key::F10.into());
    page.wait_for_standing("A: Wait state entered");
    let told = page.attribute("g.node[data-name=A]", "aria-label").unwrap_or_default();
    assert!(told.contains("Waiting"), "{told}");
    page.wait_for_text(".legend-entry", "Waiting");
    page.press(&[], Key::F10.into());
    page.wait_for("g.node[data-name=A][data-status=succeeded]");
    page.assert_clean();
}

#[test]
fn what_the_workflow_reads_of_an_answer_is_proposed() {
    let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "{% $states.context.Task.Token %}"},
            "Output": "{% $merge([$states.input, {'approval': $states.result}]) %}", "Next": "Approved?"},
        "Approved?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.approval.approved = true %}", "Next": "Yes"}], "Default": "No"},
        "Yes": {"Type": "Succeed"}, "No": {"Type": "Fail"}}}"#;
    let page = Page::open_workflow(definition, "{}");
    page.wait_for("g.node[data-name=Yes]");
    page.press(&[], Key::F8.into());
    page.wait_for_value(
        "return JSON.parse(document.querySelector('.answer textarea')?.value ?? null)",
        &json!({ "approved": true }),
    );
    page.click(".answer .button.primary");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.wait_for("g.node[data-name=Yes][data-status=succeeded]");
    page.assert_clean();
}
