//! What was typed into a form of a panel and not taken yet: it outlives the form, which goes with its tab.

use std::any::Any;
use std::collections::HashMap;

use leptos::prelude::*;

/// A form and a field of it.
type Key = (String, &'static str);

/// The fields that differ from what they began with.
#[derive(Clone, Copy)]
pub struct Typed {
    kept: StoredValue<HashMap<Key, Box<dyn Any + Send + Sync>>>,
}

impl Typed {
    pub fn new() -> Typed {
        Typed { kept: StoredValue::new(HashMap::new()) }
    }

    /// A field of a form: as it was left, or with what it begins with.
    pub fn field<T>(self, form: &str, name: &'static str, first: T) -> RwSignal<T>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        let key = (form.to_owned(), name);
        let left =
            self.kept.with_value(|kept| kept.get(&key).and_then(|value| value.downcast_ref()).cloned());
        let field = RwSignal::new(left.unwrap_or_else(|| first.clone()));
        Effect::new(move |_| {
            let value = field.get();
            self.kept.update_value(|kept| {
                if value == first {
                    kept.remove(&key);
                } else {
                    kept.insert(key.clone(), Box::new(value));
                }
            });
        });
        field
    }

    /// What was typed into a form is taken, or given up.
    pub fn forget(self, form: &str) {
        self.kept.update_value(|kept| kept.retain(|(of, _), _| of != form));
    }

    /// Other forms come: those of another workflow.
    pub fn clear(self) {
        self.kept.update_value(HashMap::clear);
    }
}
