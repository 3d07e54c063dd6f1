//! How a Map state processes its items.

use asl::forms::Control;
use json::Value;
use leptos::prelude::*;

use super::field::rows_and_chips;
use super::form::Site;
use crate::ui::segments;

/// Fields that need the distributed mode.
pub const DISTRIBUTED_ONLY: [&str; 6] = [
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailurePercentage",
];

/// The field that holds the body: `ItemProcessor`, or the older `Iterator`.
fn body(site: &Site) -> Site {
    let iterator = site.child("Iterator");
    if iterator.exists() { iterator } else { site.child("ItemProcessor") }
}

pub fn is_distributed(site: &Site) -> bool {
    body(site).child("ProcessorConfig").child("Mode").text().as_deref() == Some("DISTRIBUTED")
}

pub fn mode(site: &Site) -> AnyView {
    let current = Memo::new({
        let site = site.clone();
        move |_| is_distributed(&site)
    });
    let change = {
        let site = site.clone();
        move |distributed: bool| {
            let config = untrack(|| body(&site)).child("ProcessorConfig");
            let at = |name: &str| config.child(name).pointer.to_string();
            let fields = if distributed {
                let standard =
                    untrack(|| config.child("ExecutionType").value()).unwrap_or(Value::from("STANDARD"));
                vec![(at("Mode"), Some(Value::from("DISTRIBUTED"))), (at("ExecutionType"), Some(standard))]
            } else {
                vec![(at("ExecutionType"), None), (at("Mode"), Some(Value::from("INLINE")))]
            };
            site.form.change_or_say(fields, "Changed the processing mode");
        }
    };
    let options = vec![
        (false, "Inline", "Items are processed in this execution, about 40 at a time"),
        (true, "Distributed", "Items are processed in child executions, up to 10,000 at a time"),
    ];
    let execution_type = {
        let site = site.clone();
        move || {
            current.get().then(|| {
                let config = untrack(|| body(&site)).child("ProcessorConfig");
                let controls: Vec<Control> =
                    asl::forms::controls(&asl::fields::PROCESSOR_CONFIG, site.form.language)
                        .into_iter()
                        .filter(|control| control.field.name == "ExecutionType")
                        .collect();
                rows_and_chips(&config, controls)
            })
        }
    };
    view! {
        <div class="form-field" data-field="ProcessorConfig" role="group" aria-label="Processing mode">
            <div class="form-label-row">
                <span class="form-label">"Processing mode"</span>
                <span class="form-gap"></span>
                {segments("Processing mode".to_owned(), options, current.into(), change)}
            </div>
        </div>
        {execution_type}
    }
    .into_any()
}
