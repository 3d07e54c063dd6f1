//! S3 beside the graph: files are given to a workflow and read by it, and what it writes is there to look at.

use e2e::{Axe, Page};
use serde_json::json;

/// Reads a Parquet file and writes what came of it.
const WORKFLOW: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Read people", "States": {
    "Read people": {"Type": "Map", "End": true,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "PARQUET"},
            "Arguments": {"Bucket": "people", "Key": "2026/plain.parquet"}},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "results", "Prefix": "out"}}}}}"#;

fn drop_on_bucket(page: &Page, bucket: &str, name: &str, text: &str) {
    page.script(&format!(
        "const data = new DataTransfer();
         data.items.add(new File([{}], {}));
         document.querySelector('[aria-label=\"Bucket {bucket}\"]')
             .dispatchEvent(new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer: data }}));",
        json!(text),
        json!(name),
    ));
}

#[test]
fn a_file_that_is_no_text_is_read_and_results_are_looked_at() {
    let page = Page::open_workflow(WORKFLOW, "{}");
    page.wait_for("g.node[data-name='Read people']");
    page.click("#tab-objects");
    page.wait_for(".objects-missing");
    let missing = page.texts(".objects-missing p");
    assert_eq!(
        missing,
        [
            "Read people reads s3://people/2026/plain.parquet, which is not here.",
            "Read people writes to s3://results, which is not here.",
        ]
    );
    let file = "crates/engine/src/execution/distributed/parquet/fixtures/plain.parquet";
    page.choose_file(".objects-missing input[type=file]", &e2e::workspace().join(file));
    page.wait_for("[aria-label='Bucket people'] .object");
    assert!(page.text(".object-facts").starts_with("Parquet · "));
    page.click(".objects-missing button");
    page.wait_for("[aria-label='Bucket results']");
    page.wait_until_gone(".objects-missing");

    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.click("#tab-objects");
    page.wait_for(".object-mark");
    let written = page.texts("[aria-label='Bucket results'] .object-key");
    assert!(
        written.iter().any(|key| key.starts_with("out/") && key.ends_with("/manifest.json")),
        "{written:?}"
    );
    let results = "[aria-label='Bucket results'] .object:first-child .object-open";
    page.click(results);
    page.wait_for_text("[aria-label='Bucket results'] pre", "\"Status\": \"SUCCEEDED\"");
    page.assert_clean();
}

#[test]
fn files_are_dropped_on_a_bucket_and_stay() {
    let page = Page::open_workflow(WORKFLOW, "{}");
    page.click("#tab-objects");
    page.type_into(".add-bucket-name", "s3://orders/");
    page.click(".add-bucket button");
    page.wait_for("[aria-label='Bucket orders']");
    drop_on_bucket(&page, "orders", "a.csv", "id\n1\n");
    page.wait_for_text("[aria-label='Bucket orders'] .object-facts", "CSV · 5 B");
    // What is kept with the workflow has it.
    page.wait_for_value(
        "const draft = Object.values(localStorage).find((text) => text.includes('a.csv'));
         return draft ? JSON.parse(JSON.parse(draft).objects).orders['a.csv'] : null",
        &json!("id\n1\n"),
    );
    page.reload();
    page.click("#tab-objects");
    page.wait_for_text("[aria-label='Bucket orders'] .object-facts", "CSV · 5 B");
    page.click("[aria-label='Remove a.csv']");
    page.wait_until_gone("[aria-label='Bucket orders'] .object");
    if let Some(axe) = Axe::load() {
        assert_eq!(axe.violations(&page), Vec::<String>::new());
    }
    page.assert_clean();
}

#[test]
fn a_run_that_lacks_an_object_leads_to_where_it_is_given() {
    // Which one it is, only the input tells.
    let definition = WORKFLOW.replace("\"2026/plain.parquet\"", "\"{% $states.input.key %}\"");
    let page = Page::open_workflow(&definition, "{}");
    page.wait_for("g.node[data-name='Read people']");
    page.replace_text("#tab-input", r#"{"key": "today.parquet"}"#);
    page.click("button[aria-label=Run]");
    page.wait_for_text("[data-testid=status]", "Failed");
    page.click(".result button[aria-label^='Give it the objects']");
    page.wait_for("#tab-objects-panel .object-bucket-form, #tab-objects-panel input");
    assert_eq!(page.attribute("#tab-objects", "aria-selected").as_deref(), Some("true"));
    page.assert_clean();
}
