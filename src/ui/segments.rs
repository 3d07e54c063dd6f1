use leptos::prelude::*;

/// A choice of two to four, side by side.
pub fn segments<T>(
    label: String,
    options: Vec<(T, &'static str, &'static str)>,
    current: Signal<T>,
    on_change: impl Fn(T) + Clone + 'static,
) -> AnyView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let buttons = options
        .into_iter()
        .map(|(value, words, tip)| {
            let on_change = on_change.clone();
            view! {
                <button
                    type="button"
                    class="form-segment"
                    title=tip
                    aria-pressed=move || if current.get() == value { "true" } else { "false" }
                    on:click=move |_| {
                        if current.get_untracked() != value {
                            on_change(value);
                        }
                    }
                >
                    {words}
                </button>
            }
        })
        .collect_view();
    view! {
        <span class="form-segments" role="group" aria-label=label>
            {buttons}
        </span>
    }
    .into_any()
}
