use json::Value;

/// What an expression sees besides the state's data, given by whoever runs it.
pub trait Host {
    /// The whole context object (`$$`); built only when an expression asks for it.
    fn context_object(&self) -> Value;

    /// One member of a member of the context object (`$$.State.Name`), so that common paths don't
    /// build the whole of it.
    fn context_member(&self, group: &str, name: &str) -> ContextMember {
        let _ = (group, name);
        ContextMember::Whole
    }

    /// One member of the item of a Map (`$$.Map.Item.Value`), for the same reason.
    fn map_item_member(&self, name: &str) -> ContextMember {
        let _ = name;
        ContextMember::Whole
    }

    /// The value of a variable that is in scope.
    fn variable(&self, name: &str) -> Option<Value>;

    /// 64 random bits, for `States.UUID` and `States.MathRandom` without a seed.
    fn random(&self) -> u64;
}

/// The answer of [`Host::context_member`].
#[derive(Clone, Debug)]
pub enum ContextMember {
    Found(Value),
    /// The context object has no such member.
    Missing,
    /// Not known without building the whole context object.
    Whole,
}

/// What an expression is evaluated against.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// What `$` means.
    pub input: &'a Value,
    pub host: &'a dyn Host,
}

impl<'a> Scope<'a> {
    pub fn new(input: &'a Value, host: &'a dyn Host) -> Scope<'a> {
        Scope { input, host }
    }

    /// The same scope with another meaning of `$`.
    pub fn with_input<'b>(&self, input: &'b Value) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { input, host: self.host }
    }
}

/// A host with an empty context object, no variables and no randomness worth the name.
pub struct NoHost;

impl Host for NoHost {
    fn context_object(&self) -> Value {
        Value::object(json::Map::new())
    }

    fn variable(&self, _name: &str) -> Option<Value> {
        None
    }

    fn random(&self) -> u64 {
        0x9e37_79b9_7f4a_7c15
    }
}
