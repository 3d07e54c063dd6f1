use asl::QueryLanguage;
use debugger::scratch::{SuggestionKind, Suggestions, type_words};
use debugger::{Query, bytes_text};
use json::Value;
use leptos::html;
use leptos::prelude::*;
use std::rc::Rc;
use stylers_macro::style_sheet;

use super::super::data::{TracedText, short_text};
use crate::panels::design::{Complete, Completer};
use crate::platform::dom;
use crate::platform::editor::{CompletionOption, Completions};
use crate::platform::storage;
use crate::state::{RunPhase, Studio};
use crate::ui::{Icon, Json, JsonTree};

/// Where the browser keeps what was tried, and how many of it.
const TRIED_KEY: &str = "stepglass.tried";
const MOST_TRIED: usize = 20;
/// The id of the field.
pub const FIELD: &str = "scratch";

/// What an expression came to.
#[derive(Clone, PartialEq)]
enum Outcome {
    Empty,
    /// There is no data to try it on.
    NoData,
    Value(Json),
    Nothing,
    Problem(String),
}

/// Expressions that are tried on the data at the cursor.
#[component]
pub fn Scratch() -> impl IntoView {
    let sheet = style_sheet!("style/scratch.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let text = studio.page.scratch;
    // None: that of the state at the cursor.
    let chosen = RwSignal::new(None::<QueryLanguage>);
    let language = Memo::new(move |_| {
        let own = runs.with_picture(|run| run.session.language());
        let of_text = text.with(|text| text.trim_start().starts_with("{%"));
        match chosen.get().or(own) {
            _ if of_text => QueryLanguage::Jsonata,
            Some(language) => language,
            None => studio
                .workspace
                .document
                .with(|document| document.machine().map(|scope| scope.language()).unwrap_or_default()),
        }
    });
    let outcome = Memo::new(move |_| {
        let (text, language) = (text.get(), language.get());
        if text.trim().is_empty() {
            return Outcome::Empty;
        }
        if runs.phase() == RunPhase::Running {
            return Outcome::NoData;
        }
        let evaluated = runs.with_picture(|run| {
            let env = run.session.env(run.session.cursor().position)?;
            Some(Query::compile(&text, language).and_then(|query| query.evaluate(&env)))
        });
        match evaluated.flatten() {
            None => Outcome::NoData,
            Some(Ok(Some(value))) => Outcome::Value(Json(value)),
            Some(Ok(None)) => Outcome::Nothing,
            Some(Err(problem)) => Outcome::Problem(problem),
        }
    });
    let tried = RwSignal::new(kept());
    let keep = move || {
        let text = text.with_untracked(|text| text.trim().to_owned());
        if text.is_empty() || matches!(outcome.get_untracked(), Outcome::Problem(_) | Outcome::Empty) {
            return;
        }
        tried.update(|tried| {
            tried.retain(|known| *known != text);
            tried.insert(0, text);
            tried.truncate(MOST_TRIED);
        });
        keep_tried(&tried.get_untracked());
    };
    let watch = move |_| {
        let text = text.with_untracked(|text| text.trim().to_owned());
        if !text.is_empty() {
            keep();
            studio.add_watch(&text);
            studio.shell.announce("Added to the watches");
        }
    };
    let is_watched = move || {
        let own = text.with(|text| text.trim().to_owned());
        studio.watches().contains(&own)
    };
    let on_language = move |event: leptos::ev::Event| {
        chosen.set(match &*event_target_value(&event) {
            "jsonata" => Some(QueryLanguage::Jsonata),
            "jsonpath" => Some(QueryLanguage::JsonPath),
            _ => None,
        });
    };
    let place = move || {
        let told = runs.with_picture(|run| {
            let (event, visit) = (run.session.event()?, run.session.visit());
            let words = crate::state::event_words(event.event_type);
            Some(match visit {
                Some((_, visit)) => format!("On the data at {}: {}", visit.name, words.to_lowercase()),
                None => format!("On the data at: {}", words.to_lowercase()),
            })
        });
        told.flatten().unwrap_or_else(|| "Run the workflow, or step into it, to have data.".to_owned())
    };
    view! {
        class = sheet,
        <div class="scratch">
            <div class="scratch-head">
                <span class="scratch-place">{place}</span>
                <select aria-label="Language of the expression" on:change=on_language>
                    <option value="">
                        {move || format!("As here ({})", word_of(language.get()))}
                    </option>
                    <option value="jsonata">"JSONata"</option>
                    <option value="jsonpath">"JSONPath"</option>
                </select>
            </div>
            <Field text=text language=language tried=tried keep=Callback::new(move |()| keep()) />
            <Came outcome=outcome />
            <Parts text=text language=language />
            <div class="scratch-actions">
                <button
                    type="button"
                    class="button"
                    aria-disabled=move || (text.with(|text| text.trim().is_empty()) || is_watched()).then_some("true")
                    on:click=watch
                >
                    <Icon name="watch" />
                    {move || if is_watched() { "It is watched" } else { "Add as watch" }}
                </button>
                <Show when=move || text.with(|text| !text.is_empty())>
                    <button type="button" class="button quiet" on:click=move |_| text.set(String::new())>
                        "Clear"
                    </button>
                </Show>
            </div>
            <Tried text=text tried=tried />
        </div>
    }
}

fn word_of(language: QueryLanguage) -> &'static str {
    match language {
        QueryLanguage::Jsonata => "JSONata",
        QueryLanguage::JsonPath => "JSONPath",
    }
}

/// Where the expression is typed, with what can stand at the cursor.
#[component]
fn Field(
    text: RwSignal<String>,
    language: Memo<QueryLanguage>,
    tried: RwSignal<Vec<String>>,
    keep: Callback<()>,
) -> impl IntoView {
    let sheet = style_sheet!("style/scratch.css");
    let runs = Studio::of_app().runs;
    let area = NodeRef::<html::Textarea>::new();
    let complete: Complete = Rc::new(move |typed, offset| {
        let found = runs
            .with_run_untracked(|run| run.session.suggestions(typed, offset, language.get_untracked()))
            .unwrap_or_default();
        completions_of(found)
    });
    let completer = Completer::new(Some(complete));
    let take: Rc<dyn Fn(String)> = Rc::new(move |taken| text.set(taken));
    let list = completer.list(FIELD.to_owned(), area, take);
    // How far back in what was tried one has gone.
    let back = StoredValue::new(0_usize);
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if completer.on_key(&event, &|taken| text.set(taken)) {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        let is_plain = !event.shift_key() && !event.alt_key() && !event.ctrl_key() && !event.meta_key();
        let is_one_line = text.with_untracked(|text| !text.contains('\n'));
        match &*event.key() {
            "Enter" if is_plain => {
                keep.run(());
                back.set_value(0);
            }
            "ArrowUp" | "ArrowDown" if is_plain && is_one_line => {
                let now = back.get_value();
                let next = if event.key() == "ArrowUp" { now + 1 } else { now.saturating_sub(1) };
                let known = tried.with_untracked(|tried| match next {
                    0 => Some(String::new()),
                    next => tried.get(next - 1).cloned(),
                });
                let Some(known) = known.filter(|_| next != now) else { return };
                back.set_value(next);
                text.set(known);
            }
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |event: leptos::ev::Event| {
        text.set(event_target_value(&event));
        back.set_value(0);
        if let Some(area) = area.get_untracked() {
            completer.offer(&area, false);
        }
    };
    view! {
        class = sheet,
        <div class="scratch-field">
            <textarea
                node_ref=area
                id=FIELD
                class="mono"
                rows="2"
                spellcheck="false"
                autocomplete="off"
                aria-label="Expression to try"
                aria-autocomplete="list"
                aria-controls=format!("{FIELD}-options")
                aria-activedescendant=move || completer.active_id(FIELD)
                placeholder=move || match language.get() {
                    QueryLanguage::Jsonata => "$sum($states.input.lines.price)",
                    QueryLanguage::JsonPath => "$.lines[*].price, or States.ArrayLength($.lines)",
                }
                prop:value=move || text.get()
                on:input=on_input
                on:keydown=on_key
                on:blur=move |_| completer.close()
            ></textarea>
            {list}
        </div>
    }
}

fn completions_of(found: Suggestions) -> Completions {
    let options = found.options.into_iter().map(|option| CompletionOption {
        label: option.text.clone(),
        apply: option.text,
        detail: option.detail,
        info: option.documentation.to_owned(),
        kind: match option.kind {
            SuggestionKind::Function => "function",
            SuggestionKind::Word => "keyword",
            SuggestionKind::Variable | SuggestionKind::Member => "variable",
        },
    });
    Completions { replaces: found.replaces, options: options.collect() }
}

/// The result: its type and size, and all of it as a tree.
#[component]
fn Came(outcome: Memo<Outcome>) -> impl IntoView {
    let sheet = style_sheet!("style/scratch.css");
    let value = Memo::new(move |_| match outcome.get() {
        Outcome::Value(value) => value,
        _ => Json(Value::Null),
    });
    let is_value = Memo::new(move |_| matches!(outcome.get(), Outcome::Value(_)));
    let words = move || match outcome.get() {
        Outcome::Empty | Outcome::Value(_) => None,
        Outcome::NoData => Some(("none", "There is no data here.".to_owned())),
        Outcome::Nothing => Some(("none", "Nothing: the expression leads nowhere.".to_owned())),
        Outcome::Problem(problem) => Some(("problem", problem)),
    };
    view! {
        class = sheet,
        <div class="scratch-came" data-testid="scratch-result" role="status">
            {move || {
                words()
                    .map(|(look, words)| {
                        view! {
                            class = sheet,
                            <p class="scratch-words" data-look=look>{words}</p>
                        }
                    })
            }}
            <Show when=move || is_value.get()>
                <p class="scratch-type" data-testid="scratch-type">
                    {move || value.with(|value| {
                        format!("{} · {}", type_words(&value.0), bytes_text(value.0.text_len()))
                    })}
                </p>
            </Show>
        </div>
        <Show when=move || is_value.get()>
            <JsonTree
                value=Signal::derive(move || value.get())
                label=Signal::derive(|| "Result".to_owned())
                most_height=260.0
            />
        </Show>
    }
}

/// The expression once more where it is JSONata: pointing at a part shows the part's value.
#[component]
fn Parts(text: RwSignal<String>, language: Memo<QueryLanguage>) -> impl IntoView {
    let runs = Studio::of_app().runs;
    view! {
        {move || {
            let (text, language) = (text.get(), language.get());
            if language != QueryLanguage::Jsonata || text.trim().is_empty() || runs.phase() == RunPhase::Running {
                return None;
            }
            let query = Query::compile(&text, language).ok()?;
            let traced = runs
                .with_picture(|run| {
                    let env = run.session.env(run.session.cursor().position)?;
                    Some(query.trace(&env))
                })
                .flatten()?;
            traced.trace.as_ref()?;
            let source = query.source().to_owned();
            Some(view! { <TracedText place="Point at a part".to_owned() source=source traced=Some(traced) /> })
        }}
    }
}

/// What was tried before, with what it comes to here.
#[component]
fn Tried(text: RwSignal<String>, tried: RwSignal<Vec<String>>) -> impl IntoView {
    let sheet = style_sheet!("style/scratch.css");
    let runs = Studio::of_app().runs;
    let value_of = move |text: String| {
        Memo::new(move |_| {
            if runs.phase() == RunPhase::Running {
                return String::new();
            }
            let value = runs.with_picture(|run| {
                let query = Query::compile(&text, run.session.language())?;
                run.session.evaluate(&query)
            });
            match value {
                Some(Ok(Some(value))) => short_text(&value, 80),
                Some(Ok(None)) => "nothing".to_owned(),
                Some(Err(_)) => "can't be evaluated here".to_owned(),
                None => String::new(),
            }
        })
    };
    view! {
        class = sheet,
        <Show when=move || tried.with(|tried| !tried.is_empty())>
            <details class="scratch-tried">
                <summary>{move || format!("Tried before ({})", tried.with(Vec::len))}</summary>
                <ul>
                    <For each=move || tried.get() key=|text| text.clone() let(known)>
                        {
                            let value = value_of(known.clone());
                            let (used, gone) = (known.clone(), known.clone());
                            let label = format!("Forget {known}");
                            view! {
                                class = sheet,
                                <li class="scratch-row">
                                    <button
                                        type="button"
                                        class="scratch-again"
                                        on:click=move |_| {
                                            text.set(used.clone());
                                            dom::focus_soon(FIELD);
                                        }
                                    >
                                        <code>{known}</code>
                                        <code class="scratch-value">{move || value.get()}</code>
                                    </button>
                                    <button
                                        type="button"
                                        class="button quiet icon-only"
                                        aria-label=label
                                        on:click=move |_| {
                                            tried.update(|tried| tried.retain(|known| *known != gone));
                                            keep_tried(&tried.get_untracked());
                                        }
                                    >
                                        <Icon name="close" />
                                    </button>
                                </li>
                            }
                        }
                    </For>
                </ul>
            </details>
        </Show>
    }
}

fn kept() -> Vec<String> {
    let text = storage::read(TRIED_KEY).unwrap_or_default();
    let kept = json::parse(&text).unwrap_or_default();
    let texts = kept.as_array().unwrap_or_default().iter();
    texts.filter_map(Value::as_str).map(str::to_owned).take(MOST_TRIED).collect()
}

fn keep_tried(tried: &[String]) {
    let texts = tried.iter().map(|text| Value::from(text.as_str())).collect();
    let _ = storage::write(TRIED_KEY, &Value::array(texts).to_text());
}
