use super::super::{Context, Findings, Reach, Rule};
use crate::resource::Resource;
use crate::{Severity, StateType, WorkflowType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "polled-job",
    title: "A job is polled that the service integration waits for",
    explanation: "With .sync, Step Functions starts a job and waits for its end by itself: no Wait and Choice states, no events and no state transitions for looking. What has no .sync often tells EventBridge when it is done.",
    reach: Reach::Workflow,
    check,
};

/// Calls that look after a job, and the integration that waits for it.
const JOBS: [(&str, &str, &str); 17] = [
    ("athena", "getqueryexecution", "athena:startQueryExecution.sync"),
    ("batch", "describejobs", "batch:submitJob.sync"),
    ("codebuild", "batchgetbuilds", "codebuild:startBuild.sync"),
    ("databrew", "describejobrun", "databrew:startJobRun.sync"),
    ("ecs", "describetasks", "ecs:runTask.sync"),
    ("emr", "describestep", "elasticmapreduce:addStep.sync"),
    ("emr", "describecluster", "elasticmapreduce:createCluster.sync"),
    ("emrcontainers", "describejobrun", "emr-containers:startJobRun.sync"),
    ("emrserverless", "getjobrun", "emr-serverless:startJobRun.sync"),
    ("glue", "getjobrun", "glue:startJobRun.sync"),
    ("mediaconvert", "getjob", "mediaconvert:createJob.sync"),
    ("sagemaker", "describetrainingjob", "sagemaker:createTrainingJob.sync"),
    ("sagemaker", "describetransformjob", "sagemaker:createTransformJob.sync"),
    ("sagemaker", "describeprocessingjob", "sagemaker:createProcessingJob.sync"),
    ("sagemaker", "describelabelingjob", "sagemaker:createLabelingJob.sync"),
    ("sagemaker", "describehyperparametertuningjob", "sagemaker:createHyperParameterTuningJob.sync"),
    ("sfn", "describeexecution", "states:startExecution.sync:2"),
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.options.workflow_type == WorkflowType::Express {
        return;
    }
    for found in context.loops().iter().filter(|found| found.has_wait()) {
        for state in found.states.iter().filter(|state| state.state_type() == Some(StateType::Task)) {
            let (Some(node), Some(resource)) = (state.field("Resource"), state.string("Resource")) else {
                continue;
            };
            let (service, action) = match Resource::parse(&resource) {
                Some(Resource::Sdk { service, action, .. }) => (service, action),
                Some(Resource::Integration { service: "states", action, .. }) => ("sfn", action),
                Some(Resource::Integration { service: "elasticmapreduce", action, .. }) => ("emr", action),
                Some(Resource::Integration { service, action, .. }) => (service, action),
                _ => continue,
            };
            let job = JOBS.iter().find(|(known, call, _)| {
                *known == service.replace('-', "") && call.eq_ignore_ascii_case(action)
            });
            let Some((_, _, sync)) = job else { continue };
            let message = format!(
                "{} looks again and again whether a job is done. Start the job with arn:aws:states:::{sync}, which waits for its end.",
                state.name()
            );
            findings
                .at(context, &RULE, node, message)
                .state(Some(state.id()))
                .severity(Severity::Advice)
                .push_to(findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::check_advice;

    #[test]
    fn jobs_are_waited_for() {
        let text = |resource: &str| {
            format!(
                r#"{{"StartAt": "Look", "States": {{
            "Look": {{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:{resource}", "Next": "Done?"}},
            "Done?": {{"Type": "Choice", "Choices": [{{"Variable": "$.x", "IsNull": true, "Next": "End"}}], "Default": "Rest"}},
            "Rest": {{"Type": "Wait", "Seconds": 60, "Next": "Look"}},
            "End": {{"Type": "Succeed"}}
        }}}}"#
            )
        };
        check_advice(
            "polled-job",
            &text("glue:getJobRun"),
            &[
                "/States/Look/Resource: Look looks again and again whether a job is done. Start the job with arn:aws:states:::glue:startJobRun.sync, which waits for its end.",
            ],
        );
        check_advice("polled-job", &text("rds:describeDBInstances"), &[]);
    }
}
