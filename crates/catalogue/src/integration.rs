use asl::resource::Resource;

use crate::table::{INTEGRATIONS, SERVICES};

/// How a task waits for the end of what it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// It goes on with the answer of the call.
    RequestResponse,
    /// `.sync`: it waits for the end of the job that the call started. Standard workflows only.
    Sync,
    /// `.sync:2`: as `.sync`, and the output of a nested execution comes as JSON. Standard workflows only.
    Sync2,
    /// `.waitForTaskToken`: it waits until somebody sends back the token. Standard workflows only.
    WaitForTaskToken,
}

impl Pattern {
    /// What stands behind the action in a resource.
    pub fn suffix(self) -> &'static str {
        match self {
            Pattern::RequestResponse => "",
            Pattern::Sync => ".sync",
            Pattern::Sync2 => ".sync:2",
            Pattern::WaitForTaskToken => ".waitForTaskToken",
        }
    }

    /// In a few words, for a choice between patterns.
    pub fn title(self) -> &'static str {
        match self {
            Pattern::RequestResponse => "Go on with the answer",
            Pattern::Sync => "Wait for the job",
            Pattern::Sync2 => "Wait for the job, output as JSON",
            Pattern::WaitForTaskToken => "Wait for a callback",
        }
    }

    pub fn from_suffix(suffix: &str) -> Option<Pattern> {
        [Pattern::RequestResponse, Pattern::Sync, Pattern::Sync2, Pattern::WaitForTaskToken]
            .into_iter()
            .find(|pattern| pattern.suffix() == suffix)
    }
}

/// A service with optimized integrations.
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// As in the resource: `elasticmapreduce`.
    pub name: &'static str,
    pub title: &'static str,
    /// The service's name in the catalogue of SDK integrations, whose shapes tell the parameters: `emr`.
    /// Empty for HTTP.
    pub sdk: &'static str,
    /// What stands before the dot in its errors: `StepFunctions`.
    pub error_prefix: &'static str,
    /// Errors that are worth a retrier or a catcher (developer guide, and recorded executions).
    pub errors: &'static [&'static str],
    /// Other words by which people look for it.
    pub words: &'static str,
}

/// An optimized integration: an action of a service.
#[derive(Debug, PartialEq, Eq)]
pub struct Integration {
    pub service: &'static str,
    pub action: &'static str,
    /// In the imperative.
    pub title: &'static str,
    /// The first is the usual one.
    pub patterns: &'static [Pattern],
    /// The required parameters as JSON. What a person has to fill in is a `${Placeholder}`.
    /// `"$input"`, `"$token"` and `"$execution"` stand for the state's input, the task's token and the id of the
    /// execution, which each query language has its own words for.
    pub parameters: &'static str,
    /// The same for `.waitForTaskToken`: somewhere in it the token is handed over.
    pub token_parameters: &'static str,
}

impl Integration {
    pub fn service(&self) -> &'static Service {
        // The table names only services that are there, which a test checks.
        service(self.service).unwrap_or(&SERVICES[0])
    }

    /// `arn:aws:states:::lambda:invoke.waitForTaskToken`.
    pub fn resource(&self, pattern: Pattern) -> String {
        format!("arn:aws:states:::{}:{}{}", self.service, self.action, pattern.suffix())
    }

    /// The names of parameters that have to be given.
    pub fn required(&self) -> Vec<String> {
        let parameters = json::parse(self.parameters).unwrap_or_default();
        parameters
            .as_object()
            .into_iter()
            .flat_map(|members| members.keys())
            .map(ToString::to_string)
            .collect()
    }

    /// The errors that a retrier or a catcher may name, the service's own ones first.
    pub fn errors(&self) -> Vec<String> {
        let own = self.service().errors.iter().map(ToString::to_string);
        own.chain(["States.TaskFailed", "States.Timeout", "States.ALL"].map(str::to_owned)).collect()
    }
}

pub fn integration(service: &str, action: &str) -> Option<&'static Integration> {
    INTEGRATIONS.iter().find(|known| known.service == service && known.action == action)
}

/// The integration and the pattern of a resource.
pub fn integration_of(resource: &str) -> Option<(&'static Integration, Pattern)> {
    let Resource::Integration { service, action, pattern } = Resource::parse(resource)? else { return None };
    let pattern = match pattern {
        asl::resource::Pattern::RequestResponse => Pattern::RequestResponse,
        asl::resource::Pattern::Sync => Pattern::Sync,
        asl::resource::Pattern::Sync2 => Pattern::Sync2,
        asl::resource::Pattern::WaitForTaskToken => Pattern::WaitForTaskToken,
        asl::resource::Pattern::Unknown(_) => return None,
    };
    Some((integration(service, action)?, pattern))
}

pub fn service(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.name == name)
}

#[cfg(test)]
mod tests {
    use super::{Pattern, integration_of, service};
    use crate::table::{INTEGRATIONS, SERVICES};

    #[test]
    fn the_table_is_that_of_the_language() {
        for known in &asl::resource::OPTIMIZED {
            for action in known.actions {
                let resource = format!("arn:aws:states:::{}:{action}", known.service);
                assert!(integration_of(&resource).is_some(), "{resource} is missing");
            }
        }
        let actions: usize = asl::resource::OPTIMIZED.iter().map(|known| known.actions.len()).sum();
        assert_eq!(INTEGRATIONS.len(), actions);
        for integration in INTEGRATIONS {
            let known = asl::resource::optimized(integration.service).expect(integration.service);
            let waits = |pattern| integration.patterns.contains(&pattern);
            assert!(known.sync || !waits(Pattern::Sync), "{integration:?}");
            assert!(known.token || !waits(Pattern::WaitForTaskToken), "{integration:?}");
            assert_eq!(
                waits(Pattern::WaitForTaskToken),
                integration.token_parameters.contains("\"$token\""),
                "{integration:?}"
            );
        }
    }

    #[test]
    fn every_service_is_known_and_used() {
        for integration in INTEGRATIONS {
            assert!(service(integration.service).is_some(), "{integration:?}");
        }
        for service in SERVICES {
            assert!(INTEGRATIONS.iter().any(|known| known.service == service.name), "{service:?}");
        }
    }

    #[test]
    fn resources_are_read() {
        let (integration, pattern) =
            integration_of("arn:aws-cn:states:::states:startExecution.sync:2").unwrap();
        assert_eq!((integration.action, pattern), ("startExecution", Pattern::Sync2));
        assert_eq!(integration.resource(pattern), "arn:aws:states:::states:startExecution.sync:2");
        for other in ["", "arn:aws:states:::aws-sdk:s3:getObject", "arn:aws:states:::lambda:invoke.never"] {
            assert_eq!(integration_of(other), None, "{other}");
        }
    }
}
