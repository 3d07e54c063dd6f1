//! Histories as a person uses them: opened, stepped through, filtered, compared, and their answers run again.

use e2e::{Page, workspace};
use fantoccini::key::Key;

fn recorded() -> String {
    let path = workspace().join("tests/fixtures/order-processing.history.json");
    std::fs::read_to_string(path).expect("the fixture is there")
}

fn open_recorded() -> Page {
    let page = Page::open("");
    page.wait_for("g.node");
    page.drop_file("order.history.json", &recorded());
    page.wait_for(".step-row");
    page
}

/// The gallery's order processing after a run, with its events.
fn run_with_events() -> Page {
    let page = Page::open("#example=order-processing");
    page.wait_for("g.node");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-events");
    page.wait_for(".event-row");
    page
}

#[test]
fn a_recorded_history_opens_and_its_answers_run_again() {
    let page = open_recorded();
    page.wait_for_text("[data-testid=standing]", "Execution succeeded");
    // The track is drawn as wide as it is, not stretched.
    page.until("the track is drawn", || {
        let widths = page.script(
            "const canvas = document.querySelector('.track-canvas');
             return Math.abs(canvas.width / Math.min(2, devicePixelRatio) - canvas.parentElement.clientWidth) < 2",
        );
        (widths == true).then_some(())
    });
    let painted = page.count("g.node[data-status=succeeded]");
    assert!(painted >= 4, "{painted} states are painted");
    // Back to the start: nothing has happened there.
    page.press(&[], Key::Home.into());
    page.script("document.querySelector('[data-testid=track]').focus()");
    page.press(&[], Key::Home.into());
    page.until("nothing is painted", || (page.count("g.node[data-status=succeeded]") == 0).then_some(()));
    page.click("#tab-result");
    page.click("button[aria-label=\"Take the run's answers as task answers\"]");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-compare");
    page.wait_for_text("[data-testid=comparison]", "The outputs are equal.");
    page.assert_clean();
}

#[test]
fn events_are_filtered_and_an_address_brings_them_back() {
    let page = run_with_events();
    let all = page.texts(".event-count").concat();
    page.fill("#event-search", "TaskScheduled");
    page.until("the list is filtered", || {
        let types = page.texts(".event-type");
        let rows: Vec<&String> = types.iter().filter(|text| *text != "Type" && !text.is_empty()).collect();
        (!rows.is_empty() && rows.iter().all(|text| *text == "TaskScheduled")).then_some(())
    });
    assert_ne!(page.texts(".event-count").concat(), all);
    page.click(".event-row");
    page.wait_for_text(".event-details h3", "TaskScheduled");
    page.until("the address tells the filter", || {
        let hash = page.script("return location.hash");
        hash.as_str()
            .filter(|hash| hash.contains("filter=TaskScheduled") && hash.contains("event="))
            .map(|_| ())
    });
    page.click("[data-link=ended]");
    page.wait_for_text(".event-details h3", "Task");
    page.reload();
    page.wait_for(".event-row");
    page.until("the filter is back", || {
        let value = page.script("return document.querySelector('#event-search')?.value");
        (value.as_str() == Some("TaskScheduled")).then_some(())
    });
    page.assert_clean();
}

#[test]
fn a_link_in_another_browser_opens_the_same_place() {
    let page = run_with_events();
    page.fill("#event-search", "TaskSucceeded");
    page.wait_for_text(".event-count", "6 of 56");
    page.click(".event-row");
    page.wait_for_text(".event-details h3", "TaskSucceeded");
    let title = page.text(".event-details h3");
    let link = page.until("the address tells the event", || {
        let hash = page.script("return location.hash");
        let hash =
            hash.as_str().filter(|hash| hash.contains("filter=TaskSucceeded") && hash.contains("event="))?;
        Some(hash.to_owned())
    });
    drop(page);

    // Nothing is kept there: the example is run again, which does the same.
    let page = Page::open(&link);
    page.wait_for_text("[data-testid=standing]", "Task succeeded");
    page.wait_for_text(".event-details h3", &title);
    assert_eq!(page.script("return document.querySelector('#event-search').value"), "TaskSucceeded");
    assert_eq!(page.attribute("#tab-events", "aria-selected").as_deref(), Some("true"));
    let types = page.texts(".event-row .event-type");
    assert!(!types.is_empty() && types.iter().all(|name| name == "TaskSucceeded"), "{types:?}");
    page.assert_clean();
}

#[test]
fn thousands_of_events_need_few_rows() {
    let page = Page::open("");
    page.wait_for("g.node");
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{
        "A":{"Type":"Pass","Assign":{"n":"{% ($exists($n) ? $n : 0) + 1 %}"},"Next":"More"},
        "More":{"Type":"Choice","Choices":[{"Condition":"{% $n < 5000 %}","Next":"A"}],"Default":"Done"},
        "Done":{"Type":"Succeed"}}}"#;
    page.drop_file("loop.asl.json", definition);
    page.wait_for_text("g.node text", "More");
    page.click("button[aria-label=Run]");
    page.click("#tab-events");
    page.wait_for_text(".event-count", "20,");
    assert!(page.count(".event-row") <= 100);
    page.click("#tab-steps");
    page.wait_for(".step-row");
    assert!(page.count(".step-row") <= 100);
    page.assert_clean();
}

#[test]
fn a_row_of_events_runs_to_breaks_and_copies() {
    let page = Page::open("#example=order-processing");
    page.wait_for("g.node");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-events");
    page.fill("#event-search", "TaskScheduled");
    page.wait_for_text(".event-row .event-type", "TaskScheduled");
    page.click(".event-row");
    page.wait_for_text(".event-details h3", "TaskScheduled");
    let first = page.text(".event-details h3");
    // By keyboard: the list has the focus, its menu the first line.
    page.press(&[Key::Shift], Key::F10.into());
    page.wait_for_text("[role=menu]", "Copy event as JSON");
    page.choose_line("Break on this event type: TaskScheduled");
    page.wait_until_gone("[role=menu]");
    // A breakpoint that is there is taken away by the same line.
    page.click("#event-actions");
    page.wait_for_text("[role=menu]", "Remove the breakpoint: Event TaskScheduled");
    page.press(&[], Key::Escape.into());
    page.wait_until_gone("[role=menu]");
    // From the start the run comes to the breakpoint before it comes to a later event.
    let last = page.texts(".event-row .event-id").into_iter().rfind(|id| !id.is_empty()).unwrap_or_default();
    page.click("#event-actions");
    page.choose_line("Run again from the start, up to here");
    page.wait_for_text("[data-testid=standing]", "Task scheduled");
    page.wait_for_text(".event-details h3", &first);
    page.click("#event-actions");
    page.choose_line("Run on to the next TaskScheduled");
    page.until("the next one", || (page.text(".event-details h3") != first).then_some(()));
    assert_ne!(page.text(".event-details h3").split(' ').next(), Some(&*last), "not to the last one at once");
    page.assert_clean();
}

#[test]
fn events_stand_inside_of_their_states() {
    let page = Page::open("#example=order-processing");
    page.wait_for("g.node");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-events");
    page.click("[data-testid=group-events]");
    page.wait_for("#event-list[role=tree]");
    page.click("button[aria-label='Close all groups']");
    page.until("one line a state", || {
        let names = page.texts("#event-list .event-type").concat();
        (names.contains("Charge card") && !names.contains("TaskScheduled")).then_some(())
    });
    let group = "#event-list [role=treeitem][aria-expanded=false][aria-label^='Charge card']";
    page.click(group);
    page.press(&[], Key::Right.into());
    page.wait_for("#event-list [role=treeitem][aria-expanded=true][aria-label^='Charge card']");
    page.wait_for_text("#event-list .event-type", "Attempt 2");
    page.press(&[], Key::Down.into());
    page.wait_for_text(".event-details h3", "TaskStateEntered");
    let is_at = |label: &str| {
        let row = "document.getElementById(document.querySelector('#event-list').getAttribute('aria-activedescendant'))";
        page.wait_for_value(
            &format!("return {row}?.getAttribute('aria-label')?.startsWith('{label}') ?? false"),
            &true.into(),
        );
    };
    page.press(&[], 'j');
    is_at("Charge card, attempt 1");
    page.press(&[], 'k');
    page.press(&[], 'k');
    is_at("Charge card, Succeeded");
    // The filter holds in groups, too.
    page.click("button[aria-label='Open all groups']");
    page.fill("#event-search", "TaskFailed");
    page.until("only what passes, in its groups", || {
        let names = page.texts("#event-list .event-type").concat();
        (names.contains("TaskFailed") && names.contains("Attempt 1") && !names.contains("Validate order"))
            .then_some(())
    });
    assert_eq!(page.attribute("#event-list", "role").as_deref(), Some("tree"));
    page.assert_clean();
}

#[test]
fn what_comes_while_one_looks_back_is_told() {
    let page = Page::open("");
    page.wait_for("g.node");
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{
        "A":{"Type":"Pass","Assign":{"n":"{% ($exists($n) ? $n : 0) + 1 %}"},"Next":"More"},
        "More":{"Type":"Choice","Choices":[{"Condition":"{% $n < 60 %}","Next":"A"}],"Default":"Ask"},
        "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{},"End":true}}}"#;
    page.drop_file("loop.asl.json", definition);
    page.wait_for_text("g.node text", "More");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=standing]", "Ask waits for an answer");
    page.click("#tab-events");
    page.wait_for(".event-row");
    page.click("#tab-answers");
    page.script(
        "const list = document.querySelector('#event-list');
         list.scrollTop = 0;
         list.dispatchEvent(new WheelEvent('wheel', { bubbles: true, deltaY: -100 }));",
    );
    page.pause(std::time::Duration::from_millis(200));
    page.click("#tab-tasks");
    page.click(".answer .button.primary");
    page.wait_for_text("[data-testid=new-events]", "new event");
    let top = || page.script("return document.querySelector('#event-list').scrollTop").as_f64();
    assert_eq!(top(), Some(0.0), "the list stays where it is");
    page.click("[data-testid=new-events]");
    page.wait_until_gone("[data-testid=new-events]");
    page.until("the end is in sight", || top().filter(|top| *top > 100.0).map(|_| ()));
    page.assert_clean();
}

#[test]
fn a_map_run_has_a_page_whose_children_open() {
    let page = Page::open("#example=distributed-map-csv");
    page.wait_for("g.node");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-map-run");
    page.wait_for_text("[data-testid=map-run-status]", "Succeeded");
    page.wait_for_text("[data-testid=map-counts]", "Results written");
    page.wait_for_text(".map-found", "6 of 6");
    page.click(".map-tools select option[value=failed]");
    page.wait_for_text(".map-found", "0 of 6");
    page.click(".map-tools select option[value='']");
    // A beginning finds, an exact name has to be whole.
    let name =
        page.texts(".child-row .child-name").into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    page.fill(".map-search", &name[..8]);
    page.wait_for_text(".map-found", "1 of 6");
    page.click(".map-exact input");
    page.wait_for_text(".map-found", "0 of 6");
    page.fill(".map-search", &name);
    page.wait_for_text(".map-found", "1 of 6");
    page.until("the address tells the Map Run", || {
        let hash = page.script("return location.hash");
        hash.as_str().filter(|hash| hash.contains("tab=map-run") && hash.contains("map=1")).map(|_| ())
    });
    page.click(".child-row");
    page.wait_for_text(".step-row .step-title", "Store row");
    page.wait_for_text("[data-testid=standing]", "Execution started");
    // The address brings the page back.
    page.go(&format!("#example=distributed-map-csv&tab=map-run&map=1&child={name}&exact=yes"));
    page.wait_for("[data-testid=map-run]");
    page.wait_for_text(".map-found", "1 of 6");
    page.wait_for_value("return document.querySelector('.map-search').value", &serde_json::json!(name));
    assert_eq!(page.attribute("#tab-map-run", "aria-selected").as_deref(), Some("true"));
    page.assert_clean();
}

#[test]
fn any_iteration_of_a_large_map_is_a_click_away() {
    // Every 997th of its items fails, which is tolerated.
    let definition = r#"{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": {
        "Type": "Map", "Items": "{% [1..10000] %}", "ToleratedFailurePercentage": 100, "Output": "done", "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "One", "States": {
            "One": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input % 997 = 0 %}", "Next": "Odd"}], "Default": "Even"},
            "Odd": {"Type": "Fail", "Error": "Odd", "Cause": "{% 'Item ' & $states.input %}"},
            "Even": {"Type": "Pass", "End": true}}}}}}"#;
    let page = Page::open_workflow(definition, "{}");
    page.wait_for("g.node[data-name=Each]");
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    // At the end of the run, the state that is selected is the one that the grid is of.
    page.script("document.querySelector('g.node[data-name=Each]').focus()");
    page.click("#tab-debug");
    page.wait_for_text(".grid h5", "Iterations of Each");
    page.wait_for_text(".grid-chip[data-status=succeeded]", "9990");
    page.click(".grid-chip[data-status=failed]");
    page.wait_for_text(".grid-chip[aria-pressed=true]", "Failed 10");
    let click_cell = |place: u32| {
        page.script(&format!(
            "const canvas = document.querySelector('.grid canvas');
             const {{ left, top }} = canvas.getBoundingClientRect();
             canvas.dispatchEvent(new MouseEvent('click', {{ bubbles: true, clientX: left + {place} * 13 + 5, clientY: top + 5 }}));"
        ));
    };
    // One after the other, although the run is at an earlier time after the first.
    for (place, iteration) in [(0, 996), (9, 9969), (4, 4984)] {
        click_cell(place);
        page.wait_for_text(".grid-told", &format!("Iteration {iteration}: Failed, Odd"));
        page.wait_for_standing("Odd: Fail state entered");
        assert_eq!(page.texts(".grid-chip").concat(), "Succeeded 9990Failed 10");
    }
    page.click("#tab-data");
    page.wait_for_text("#tab-data-panel .data-failure", "Item 4985");
    page.click("#tab-debug");
    page.fill(".grid-number input", "7000");
    page.press(&[], Key::Enter.into());
    page.wait_for_text(".grid-told", "Iteration 7000: Succeeded, Even");
    page.wait_for_standing("Even: Pass state exited");
    // What is asked for by its number is shown among all of them, and the keys go on from there.
    page.click(".grid-chip[data-status=failed]");
    page.wait_for_text(".grid-chip[aria-pressed=true]", "Failed 10");
    page.fill(".grid-number input", "6999");
    page.press(&[], Key::Enter.into());
    page.wait_for_text(".grid-told", "Iteration 6999: Succeeded, Even");
    page.wait_until_gone(".grid-chip[aria-pressed=true]");
    page.wait_for_value("return document.querySelector('.grid-field').scrollTop > 1000", &true.into());
    page.script("document.querySelector('.grid canvas').focus()");
    page.press(&[], Key::Right.into());
    page.wait_for_text(".grid-told", "Iteration 7000: Succeeded, Even");
    page.wait_for_value(
        "const field = document.querySelector('.grid-field').getBoundingClientRect();
         const mark = document.querySelector('.grid-mark').getBoundingClientRect();
         return mark.width > 0 && mark.top >= field.top && mark.bottom <= field.bottom + 1",
        &true.into(),
    );
    page.assert_clean();
}
