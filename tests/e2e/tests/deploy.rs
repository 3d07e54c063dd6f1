//! Exporting for deployment and as pictures, and opening templates.

use e2e::{Axe, Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::json;

const DIALOG: &str = ".deploy-dialog[open]";

const TEMPLATE: &str = "Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition:
        StartAt: Put
        States:
          Put:
            Type: Task
            Resource: arn:aws:states:::dynamodb:putItem
            Parameters:
              TableName: !Ref Table
              Item: { id: { S.$: $.id } }
            End: true
  Other:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: statemachine/other.asl.json
";

/// Opens the first example and the dialog.
fn open(viewport: Viewport, scheme: Scheme) -> Page {
    let page = Page::open_as("", viewport, scheme);
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    page.press(&[Key::Alt, Key::Shift], 'e');
    page.wait_for(&format!("{DIALOG} .deploy-text"));
    // The permissions have been loaded.
    page.wait_until_gone(&format!("{DIALOG} .deploy-progress"));
    page
}

/// Picks what has a label.
fn choose(page: &Page, label: &str) {
    page.script(&format!(
        "[...document.querySelectorAll('{DIALOG} .deploy-choice')].find(one => one.innerText.trim() === '{label}').click()"
    ));
}

fn drop_text(page: &Page, text: &str) {
    page.script(&format!(
        "const data = new DataTransfer();
         data.setData('text/plain', {});
         window.dispatchEvent(new DragEvent('drop', {{ dataTransfer: data, cancelable: true }}))",
        json!(text)
    ));
}

#[test]
fn a_workflow_is_exported_in_every_format() {
    let page = open(Viewport::DESKTOP, Scheme::Light);
    let text = format!("{DIALOG} .deploy-text");
    // The focus begins with the format.
    page.wait_for_value("return document.activeElement?.name", &json!("deploy-format"));
    page.wait_for_text(&text, "AWS::StepFunctions::StateMachine");
    page.wait_for_text(&text, "StateMachineName: order-processing");
    page.wait_for_text(&text, "Type: AWS::IAM::Role");
    for (label, part) in [
        ("CloudFormation, JSON", "\"Fn::GetAtt\": ["),
        ("AWS SAM", "Transform: AWS::Serverless-2016-10-31"),
        ("Serverless Framework", "  - serverless-step-functions"),
        ("Terraform", "resource \"aws_sfn_state_machine\" \"order_processing\" {"),
        ("AWS CDK, TypeScript", "export class OrderProcessingStack extends cdk.Stack {"),
        ("AWS CLI, a script", "aws stepfunctions create-state-machine"),
    ] {
        choose(&page, label);
        page.wait_for_text(&text, part);
    }
    choose(&page, "Update a state machine that exists");
    page.wait_for_text(&text, "aws stepfunctions update-state-machine");
    choose(&page, "Definition inside the template");
    page.wait_for_text(DIALOG, "order-processing.asl.json");
    let count = "return document.querySelectorAll('#tab-deploy-files-panel .deploy-text').length";
    page.wait_for_value(count, &json!(2));
    page.press(&[], Key::Escape.into());
    page.wait_until_gone(DIALOG);
    page.assert_clean();
}

#[test]
fn pictures_leave_as_files() {
    let page = Page::open("");
    page.wait_for("g.node");
    // What is downloaded is a blob behind an address.
    page.script(
        "window.files = [];
         const make = URL.createObjectURL;
         URL.createObjectURL = (blob) => { blob.text().then((text) => window.files.push([blob.type, text])); return make.call(URL, blob) }",
    );
    for (label, media_type, begin) in [
        ("SVG, sharp at any size", "image/svg+xml", "<svg xmlns="),
        ("Diagram for draw.io", "application/xml", "<mxfile host="),
        ("PNG", "image/png", "\u{fffd}PNG"),
    ] {
        page.press(&[Key::Control], 'k');
        page.wait_for("dialog[open] input");
        page.keys("drawio");
        page.wait_for_text("dialog[open]", "picture");
        page.press(&[], Key::Enter.into());
        page.wait_for(".export-dialog[open]");
        page.script(&format!(
            "[...document.querySelectorAll('.export-choice')].find(one => one.innerText.trim() === '{label}').click()"
        ));
        page.script("window.files.length = 0");
        page.click(".export-actions .primary");
        page.wait_until_gone(".export-dialog[open]");
        let file = format!(
            "const file = window.files.find(([type]) => type === '{media_type}');
             return file ? [file[1].startsWith({}), file[1].includes('Charge card') || file[0] === 'image/png'] : null",
            json!(begin)
        );
        page.wait_for_value(&file, &json!([true, true]));
    }
    page.assert_clean();
}

#[test]
fn each_permission_leads_to_the_state_that_needs_it() {
    let page = open(Viewport::DESKTOP, Scheme::Dark);
    page.click("#tab-deploy-role");
    let panel = "#tab-deploy-role-panel";
    page.wait_for_text(panel, "What the role allows");
    page.wait_for_text(&format!("{panel} .role-list"), "lambda:InvokeFunction");
    page.wait_for_text(&format!("{panel} .deploy-file"), "policy.json");
    let state = page.text(&format!("{panel} .role-state"));
    page.click(&format!("{panel} .role-state"));
    page.wait_until_gone(DIALOG);
    page.wait_for_value("return document.querySelector('.inspector .form-title')?.value", &json!(state));
    page.assert_clean();
}

/// Renames the state, saves, and waits until the template is written with that and nothing else changed in it.
fn rename_and_save(page: &Page) {
    page.script(
        "window.written = null;
         window.showSaveFilePicker = async ({ suggestedName }) => ({
             name: suggestedName,
             createWritable: async () => ({
                 write: async (text) => { window.written = typeof text === 'string' ? text : await new Response(text).text() },
                 close: async () => {},
             }),
         })",
    );
    page.script("document.querySelector(\"g.node[data-name='Put']\").focus()");
    page.wait_for("g.node[data-name='Put'].selected");
    page.press(&[], Key::F2.into());
    page.wait_for_value("return document.activeElement?.tagName", &json!("INPUT"));
    page.press(&[Key::Control], 'a');
    page.keys("Store");
    page.press(&[], Key::Enter.into());
    page.wait_for("g.node[data-name='Store']");
    page.press(&[Key::Control], 's');
    page.wait_for_value(
        "return window.written",
        &json!(TEMPLATE.replace("Put:", "Store:").replace("StartAt: Put", "StartAt: Store")),
    );
}

#[test]
fn a_state_machine_of_a_template_is_saved_back_into_it() {
    let page = Page::open_as("", Viewport::DESKTOP, Scheme::Light);
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    drop_text(&page, TEMPLATE);
    page.wait_for_text("dialog[open]", "Open a state machine of the template");
    page.wait_for_text("dialog[open] .template-machine:disabled", "statemachine/other.asl.json");
    page.click("dialog[open] .template-machine:enabled");
    page.wait_until_gone("dialog[open]");
    page.wait_for_text(".toast", "Saving puts its definition back there");
    page.wait_for("g.node[data-name='Put']");
    let kept = "const id = sessionStorage.getItem('stepglass.draft');
         const draft = localStorage.getItem('stepglass.draft.' + id);
         return draft === null ? '' : JSON.parse(draft).definition";
    page.until("the placeholder in the definition", || {
        let definition = page.script(kept);
        definition.as_str().unwrap_or_default().contains("\"TableName\": \"${Table}\"").then_some(())
    });
    rename_and_save(&page);
    page.wait_for_text(".toast", "Saved Orders into");
    page.assert_clean();
}

#[test]
fn after_a_reload_a_workflow_is_still_saved_into_its_template() {
    let page = Page::open_as("", Viewport::DESKTOP, Scheme::Light);
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    drop_text(&page, TEMPLATE);
    page.wait_for("dialog[open] .template-machine:enabled");
    page.click("dialog[open] .template-machine:enabled");
    page.wait_for("g.node[data-name='Put']");
    page.until("the definition to be kept", || page.kept_definition().contains("${Table}").then_some(()));
    page.reload();
    e2e::scenes::started(&page);
    page.wait_for("g.node[data-name='Put']");
    rename_and_save(&page);
    page.wait_for_text(".toast", "Saved Orders into");
    page.assert_clean();
}

/// What axe-core finds in the dialogs. Skipped where it is not installed.
#[test]
fn exporting_breaks_no_accessibility_rule() {
    let Some(axe) = Axe::load() else { return };
    for (viewport, scheme) in [
        (Viewport::DESKTOP, Scheme::Light),
        (Viewport::DESKTOP, Scheme::Dark),
        (Viewport::PHONE, Scheme::Light),
        (Viewport::PHONE, Scheme::Dark),
    ] {
        let page = open(viewport, scheme);
        assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?}");
        page.click("#tab-deploy-role");
        page.wait_for(".role-statement");
        assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?}");
        page.press(&[], Key::Escape.into());
        page.wait_until_gone(DIALOG);
        drop_text(&page, TEMPLATE);
        page.wait_for("dialog[open] .template-machine");
        assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?}");
    }
}
