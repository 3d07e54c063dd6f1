//! Other tabs of this browser that have the app open.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

const CHANNEL: &str = "stepglass";
/// How long after asking an answer still concerns the question, in milliseconds.
const ANSWERS_WITHIN_MS: f64 = 3_000.0;

/// Asks whether another tab works on the draft that this one has, and answers such questions from then on.
///
/// `current` tells this tab's draft. `taken` is called when another tab has it.
pub fn share_out(current: impl Fn() -> String + 'static, taken: impl Fn() + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else {
        return;
    };
    let asked_at = super::dom::now_ms();
    let _ = channel.post_message(&format!("ask {}", current()).into());
    let answering = channel.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(message) = event.data().as_string() else {
            return;
        };
        let mine = current();
        match message.split_once(' ') {
            Some(("ask", draft)) if draft == mine => {
                let _ = answering.post_message(&format!("held {draft}").into());
            }
            Some(("held", draft)) if draft == mine && super::dom::now_ms() - asked_at < ANSWERS_WITHIN_MS => {
                taken();
            }
            _ => {}
        }
    });
    channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}
