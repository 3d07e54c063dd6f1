//! The page of an execution as a person uses it: the table of steps, links to a time, paper, and runs that are changed
//! and go on.

use e2e::Page;
use fantoccini::key::Key;
use serde_json::json;

/// Adds to a variable, waits, and asks a task about it.
const WORKFLOW: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {
    "Begin": {"Type": "Pass", "Assign": {"n": 1}, "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 30, "Next": "Count"},
    "Count": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Output": {"n": "{% $n %}", "from": "{% $exists($states.input.from) ? $states.input.from : 'nowhere' %}"}, "Next": "Big"},
    "Big": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n > 10 %}", "Next": "Many"}], "Default": "Few"},
    "Few": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}, "End": true},
    "Many": {"Type": "Pass", "Output": "{% 'many from ' & $states.input.from %}", "End": true}}}"#;

const ANSWERS: &str = r#"{"Few": [{"Return": {"Payload": "few"}}]}"#;

/// Fails, and what it would take not to.
const FAILING: &str = r#"{"StartAt": "First", "States": {
    "First": {"Type": "Pass", "Result": {"amount": 3}, "Next": "Check"},
    "Check": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericGreaterThan": 1, "Next": "Last"}]},
    "Last": {"Type": "Pass", "Result": "through", "End": true}}}"#;

fn run_to_end(page: &Page, status: &str) {
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", status);
}

/// Runs from the start to where a state is entered.
fn stop_where_entered(page: &Page, state: &str) {
    page.click(&format!("g.node[data-name='{state}']"));
    page.press(&[], Key::F9.into());
    page.press(&[], Key::F8.into());
    page.wait_for_standing(&format!("Stopped by a breakpoint. {state}"));
}

fn titles_of_steps(page: &Page) -> Vec<String> {
    page.texts(".step-row .step-title").into_iter().filter(|title| !title.is_empty()).collect()
}

#[test]
fn steps_are_sorted_filtered_and_zoomed() {
    let page = Page::open_workflow(WORKFLOW, ANSWERS);
    page.wait_for("g.node[data-name=Few]");
    run_to_end(&page, "Succeeded");
    page.click("#tab-steps");
    page.wait_for(".step-row");
    assert_eq!(titles_of_steps(&page), ["Begin", "Rest", "Count", "Big", "Few"]);

    // What took longest comes first, and again as it ran.
    let by_duration = ".step-head .of-duration";
    page.click(by_duration);
    page.until("the longest first", || {
        (titles_of_steps(&page).first().map(String::as_str) == Some("Rest")).then_some(())
    });
    assert_eq!(page.attribute(by_duration, "aria-label").as_deref(), Some("Sorted by duration, descending"));
    page.click(by_duration);
    page.until("the longest last", || {
        (titles_of_steps(&page).last().map(String::as_str) == Some("Rest")).then_some(())
    });
    page.click(by_duration);
    page.until("as it ran", || (titles_of_steps(&page)[0] == "Begin").then_some(()));

    page.choose_option("select[aria-label='Type of state']", "Wait");
    page.wait_for_text(".steps-count", "1 of 5 rows");
    page.choose_option("select[aria-label='Type of state']", "");
    page.wait_for_text(".steps-count", "5 rows");

    // A column goes, and stays away after a reload.
    page.wait_for(".step-head .of-status");
    page.click("[aria-label='Columns, order and axis']");
    page.click("input[data-column=status]");
    page.click("[aria-label='Columns, order and axis']");
    page.wait_for(".step-head .of-duration");
    assert!(!page.is_visible(".step-head .of-status"));

    // The bars show a part of the time, then all of it again.
    let shown = || page.attribute("[data-testid=zoom]", "title").unwrap_or_default();
    let all = shown();
    assert!(all.starts_with("The bars show 0 ms to 30"), "{all}");
    page.click(".step-row");
    page.click("button[aria-label='Zoom into the bars']");
    page.until("less of the time", || (shown() != all).then_some(()));
    page.click("button[aria-label='Show all of the time']");
    page.until("all of the time", || (shown() == all).then_some(()));
    page.reload();
    page.wait_for("g.node[data-name=Few]");
    run_to_end(&page, "Succeeded");
    page.click("#tab-steps");
    page.wait_for(".step-row");
    assert!(!page.is_visible(".step-head .of-status"), "the choice of columns is kept");
    page.assert_clean();
}

#[test]
fn a_link_leads_to_a_time() {
    // The wait of the example's failed charge lies between its first and its second attempt.
    let page = Page::open("#example=order-processing&tab=events&time=%2B1");
    page.wait_for("[data-testid=track]");
    let at = page.until("a place in the middle of the run", || {
        let position = page.position();
        (position > 1).then_some(position)
    });
    let all: u64 = page
        .attribute("[data-testid=track]", "aria-valuemax")
        .unwrap_or_default()
        .parse()
        .expect("a number of events");
    assert!(at < all, "event {at} of {all} is not the end");
    // The link of an event's time is that of the same place.
    page.script(
        "window.__copied = null;
         Object.defineProperty(navigator, 'clipboard', { configurable: true, value: {
             writeText: (text) => { window.__copied = text; return Promise.resolve(); } } });",
    );
    page.click("#event-actions");
    page.choose_line("Copy link to this time");
    let link = page.until("the link", || page.script("return window.__copied").as_str().map(str::to_owned));
    assert!(link.contains("time=%2B") && !link.contains("event="), "{link}");
    let fragment = link.split_once('#').map(|(_, fragment)| format!("#{fragment}")).expect("a place");
    drop(page);
    let page = Page::open(&fragment);
    page.wait_for("g.node");
    page.wait_for_position(at);
    page.assert_clean();
}

#[test]
fn an_execution_goes_onto_paper() {
    let page = Page::open_workflow(WORKFLOW, ANSWERS);
    page.wait_for("g.node[data-name=Few]");
    run_to_end(&page, "Succeeded");
    page.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    // What the printer would get, instead of a dialog that nobody answers.
    page.script(
        "window.__printed = null;
         window.print = () => {
             const visible = [...document.querySelectorAll('button, .stage, [role=tablist]')]
                 .filter((one) => one.checkVisibility()).length;
             const graph = document.querySelector('[data-testid=print] img');
             window.__printed = { text: document.querySelector('[data-testid=print]').innerText, visible,
                 graph: graph.complete && graph.naturalWidth > 100 };
         };",
    );
    page.press(&[Key::Control], 'p');
    let printed = page.until("the page to be printed", || {
        let printed = page.script("return window.__printed");
        printed.is_object().then_some(printed)
    });
    let text = printed["text"].as_str().unwrap_or_default();
    for part in ["Succeeded", "Input", "Output", "few", "Steps", "Rest", "Events", "TaskSucceeded"] {
        assert!(text.contains(part), "{part} is not on the paper:\n{text}");
    }
    assert_eq!(printed["visible"], 0, "controls are printed");
    assert_eq!(printed["graph"], true, "the graph is drawn before it is printed");
    // Afterwards the page is as before.
    page.devtools("Emulation.setEmulatedMedia", json!({ "media": "" }));
    page.wait_until_gone("[data-testid=print]");
    page.wait_for("g.node[data-name=Few]");
    page.assert_clean();
}

#[test]
fn a_variable_and_an_input_are_changed_and_the_run_goes_on() {
    let page = Page::open_workflow(WORKFLOW, ANSWERS);
    page.wait_for("g.node[data-name=Count]");
    page.replace_text("#tab-input", r#"{"from": "the start"}"#);
    page.follow_runs();
    stop_where_entered(&page, "Count");
    page.click("#tab-data");
    page.wait_for_text("[data-testid=data-state]", "Count");
    page.wait_for_text(".variable-name", "$n");

    // What is not JSON is refused, and stays to be mended.
    page.click(".variable-row");
    page.fill("textarea[aria-label='New value, as JSON']", "[40");
    page.click(".edit-value .button");
    page.wait_for_text("[role=status], [role=alert]", "The value is not JSON");
    page.fill("textarea[aria-label='New value, as JSON']", "40");
    page.click(".edit-value .button");
    page.wait_for_text(".variable-value", "40");

    page.click(".stage-chip");
    page.until("the input's editor", || {
        let script = "const button = [...document.querySelectorAll('.stages .button')]
            .find((button) => button.textContent.includes('Edit the input'));
            button?.click();
            return Boolean(button);";
        (page.script(script) == true).then_some(())
    });
    page.fill("textarea[aria-label='New input of the state, as JSON']", r#"{"from": "the middle"}"#);
    page.click(".edit-value .button.primary");
    page.wait_for_text("[data-testid=stage-after]", "the middle");
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.wait_for("g.node[data-name=Many][data-status=succeeded]");
    page.click("#tab-result");
    page.wait_for_text("[data-testid=output]", "many from the middle");
    page.assert_clean();
}

#[test]
fn a_run_goes_on_with_a_changed_definition() {
    let page = Page::open_workflow(WORKFLOW, ANSWERS);
    page.wait_for("g.node[data-name=Count]");
    page.replace_text("#tab-input", r#"{"from": "the start"}"#);
    page.follow_runs();
    stop_where_entered(&page, "Count");
    let position = page.position();
    // While it stands there, the state that comes next is written anew.
    page.click(".modes .mode:nth-of-type(1)");
    page.replace_text(
        "#tab-definition",
        &WORKFLOW.replace("$n + 1", "$n + 50").replace("\"n\": \"{% $n %}\"", "\"n\": \"{% $n + 50 %}\""),
    );
    page.follow_runs();
    page.wait_for_text(".outdated", "The definition has changed since this run began.");
    page.click(".outdated .button");
    page.wait_until_gone(".outdated");
    page.wait_for_position(position);
    page.wait_for_value("return document.querySelectorAll('.run-choice option').length", &json!(2));
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.wait_for_text("[data-testid=output]", "many from the start");
    page.assert_clean();
}

#[test]
fn a_failed_run_is_redriven_with_a_changed_definition() {
    let page = Page::open_workflow(FAILING, "{}");
    page.wait_for("g.node[data-name=Last]");
    run_to_end(&page, "Failed");
    page.wait_for("g.node[data-name=Check][data-status=failed]");
    page.click(".modes .mode:nth-of-type(1)");
    page.replace_text("#tab-definition", &FAILING.replace("$.total", "$.amount"));
    page.follow_runs();
    page.wait_for(".outdated");
    page.click(".controls button[aria-label^=Redrive], .controls button[title^=Redrive]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.wait_for_text("[data-testid=output]", "through");
    page.wait_for("g.node[data-name=Check][data-status=succeeded]");
    // States that had succeeded are not run again: the history goes on where it failed.
    page.click("#tab-events");
    page.wait_for_text(".event-row .event-type", "ExecutionRedriven");
    page.fill("#event-search", "PassStateEntered");
    page.wait_for_text(".event-count", "2 of");
    page.assert_clean();
}

#[test]
fn a_run_that_can_be_redriven_says_so_and_an_express_one_does_not_offer_it() {
    let page = Page::open_workflow(FAILING, "{}");
    page.wait_for("g.node[data-name=Last]");
    run_to_end(&page, "Failed");
    let redrive = ".controls button[aria-label^=Redrive], .controls button[title^=Redrive]";
    page.wait_for(redrive);
    assert!(page.texts(".fact").concat().contains("REDRIVABLE"));
    page.click("#tab-input");
    page.click("#tab-input-panel .express input");
    page.click("button[aria-label=Run]");
    page.wait_until_gone(redrive);
    page.wait_for_text(".fact:last-child", "NOT_REDRIVABLE");
    let reason = page.attribute(".fact:last-child", "title");
    assert_eq!(reason.as_deref(), Some("Express executions cannot be redriven"));
    page.assert_clean();
}

#[test]
fn a_breakpoint_on_a_timer_stops_before_it_fires() {
    let page = Page::open_workflow(WORKFLOW, ANSWERS);
    page.wait_for("g.node[data-name=Rest]");
    page.follow_runs();
    page.click("#tab-debug");
    page.click(".breakpoint-tools .button");
    page.choose_option(".breakpoint-form select", "timer");
    page.wait_for_text(".breakpoint-form", "A Wait state ends");
    // No kind of timer at all is no breakpoint.
    for number in 1..=4 {
        page.click(&format!(".breakpoint-form .breakpoint-check:nth-of-type({}) input", number + 2));
    }
    page.wait_for_text(".breakpoint-form", "Choose a kind of timer.");
    page.click(".breakpoint-form .breakpoint-check:nth-of-type(3) input");
    page.click(".breakpoint-form .button.primary");
    page.wait_for(".breakpoint-row");
    page.press(&[], Key::F8.into());
    page.wait_for_standing("Stopped by a breakpoint");
    page.wait_for("g.node.here[data-name=Rest][data-status=waiting]");
    page.press(&[], Key::F8.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.assert_clean();
}

#[test]
fn coverage_names_what_no_run_has_reached() {
    let page = Page::open_workflow(WORKFLOW, ANSWERS);
    page.wait_for("g.node[data-name=Many]");
    run_to_end(&page, "Succeeded");
    page.click("button[aria-label='Show coverage: what the runs have reached']");
    page.wait_for_text("[data-testid=coverage]", "1 run of this definition: 83 % of the states");
    page.click("[data-testid=coverage] summary");
    page.wait_for_text("[data-testid=coverage] li", "Many");
    page.assert_clean();
}

#[test]
fn an_express_workflow_is_started_twice_as_aws_may() {
    let page = Page::open_workflow(WORKFLOW, ANSWERS);
    page.wait_for("g.node[data-name=Few]");
    page.click("#tab-input");
    let twice = "#tab-input-panel .express:nth-of-type(2) input";
    assert_eq!(page.count(twice), 0, "only Express workflows are");
    page.click("#tab-input-panel .express input");
    page.click(twice);
    run_to_end(&page, "Succeeded");
    page.click("#tab-events");
    page.wait_for(".event-row");
    page.wait_for_text(".events select[aria-label=Execution]", "Started once more");
    page.assert_clean();
}
