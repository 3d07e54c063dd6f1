//! The names and ARNs of an execution.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use asl::resource::{Arn, last_part};
use json::Str;

use crate::execution::Options;
use jsonata::Random;

/// The names and ARNs of an execution.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub execution_arn: Str,
    pub name: Str,
    pub state_machine_arn: Str,
    pub state_machine_name: Str,
    /// The alias that the execution was started through.
    pub alias_arn: Option<Str>,
}

/// [`Names`] that are made when somebody asks for them, as for most executions nobody does.
#[derive(Clone, Debug, Default)]
pub(crate) struct LazyNames {
    names: OnceLock<Names>,
    options: Option<Arc<Options>>,
}

impl LazyNames {
    /// Those that the options tell, made up where they leave them out.
    pub fn of_options(options: Arc<Options>) -> LazyNames {
        LazyNames { names: OnceLock::new(), options: Some(options) }
    }
}

impl From<Names> for LazyNames {
    fn from(names: Names) -> LazyNames {
        LazyNames { names: OnceLock::from(names), options: None }
    }
}

impl Deref for LazyNames {
    type Target = Names;

    fn deref(&self) -> &Names {
        self.names.get_or_init(|| self.options.as_deref().map(made_up).unwrap_or_default())
    }
}

fn made_up(options: &Options) -> Names {
    let mut random = Random::for_purpose(options.seed, &[1]);
    let arn = |parts: &[&str]| -> Str {
        let start = ["arn:aws:states", &options.region, &options.account];
        start.iter().chain(parts).copied().collect::<Vec<_>>().join(":").into()
    };
    let state_machine_arn = match options.state_machine_arn.is_empty() {
        true => arn(&["stateMachine", &options.state_machine_name]),
        false => options.state_machine_arn.clone(),
    };
    // An eighth part is an alias or a version.
    let alias = Arn::parse(&state_machine_arn).and_then(|arn| arn.resource.splitn(3, ':').nth(2));
    let base = alias.and_then(|alias| state_machine_arn.strip_suffix(alias)?.strip_suffix(':'));
    let (state_machine_arn, alias_arn) = match base {
        Some(base) => (Str::from(base), Some(state_machine_arn)),
        None => (state_machine_arn, None),
    };
    let state_machine_name = Str::from(last_part(&state_machine_arn));
    let name = match options.name.is_empty() {
        false => options.name.clone(),
        true => match options.execution_arn.is_empty() {
            true => random.uuid().into(),
            false => execution_name(&options.execution_arn),
        },
    };
    let execution_arn = match (options.execution_arn.is_empty(), options.execution_type.is_express()) {
        (false, _) => options.execution_arn.clone(),
        (true, false) => arn(&["execution", &state_machine_name, &name]),
        (true, true) => arn(&["express", &state_machine_name, &name, &random.uuid()]),
    };
    Names { execution_arn, name, state_machine_arn, state_machine_name, alias_arn }
}

/// The name comes after that of the state machine, also in the ARN of an Express execution.
fn execution_name(arn: &str) -> Str {
    Arn::parse(arn).and_then(|arn| arn.resource_part(2)).unwrap_or_default().into()
}
