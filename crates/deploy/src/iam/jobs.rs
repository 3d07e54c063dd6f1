//! The optimized integrations that run jobs. With `.sync` they also follow the job, and stop it with the execution.

use asl::resource::Pattern;

use crate::given::{Arguments, Given};
use crate::iam::Condition;
use crate::iam::grants::{Grants, Kind, equals};
use crate::iam::optimized::object_of;
use crate::text::{Piece, Text};

/// What a task that runs a job needs. False: it is none that is known.
pub fn integration(
    service: &str,
    action: &str,
    pattern: Pattern<'_>,
    arguments: &Arguments<'_>,
    grants: &mut Grants,
) -> bool {
    let is_sync = matches!(pattern, Pattern::Sync | Pattern::Sync2);
    match service {
        "athena" => athena(action, is_sync, arguments, grants),
        "batch" if action == "submitJob" => batch(is_sync, arguments, grants),
        "bedrock" if action == "createModelCustomizationJob" => customize_model(is_sync, arguments, grants),
        "codebuild" => return code_build(action, is_sync, arguments, grants),
        "databrew" if action == "startJobRun" => {
            let job = named("arn:$P:databrew:$R:$A:job/", "job", "Name", arguments, grants);
            grants.allow(&["databrew:StartJobRun"], vec![job.clone()]);
            if is_sync {
                grants.allow(&["databrew:ListJobRuns", "databrew:StopJobRun"], vec![job]);
            }
        }
        "ecs" if action == "runTask" => ecs(is_sync, arguments, grants),
        "eks" => eks(action, is_sync, arguments, grants),
        "elasticmapreduce" => return emr(action, is_sync, arguments, grants),
        "emr-containers" => return emr_containers(action, is_sync, arguments, grants),
        "emr-serverless" => return emr_serverless(action, is_sync, arguments, grants),
        "glue" if action == "startJobRun" => {
            let job = named("arn:$P:glue:$R:$A:job/", "job", "JobName", arguments, grants);
            grants.allow(&["glue:StartJobRun"], vec![job.clone()]);
            if is_sync {
                grants.allow(&["glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"], vec![job]);
            }
        }
        "mediaconvert" if action == "createJob" => media_convert(is_sync, arguments, grants),
        "sagemaker" => return sage_maker(action, is_sync, arguments, grants),
        _ => return false,
    }
    true
}

fn named(
    before: &'static str,
    noun: &'static str,
    field: &str,
    arguments: &Arguments<'_>,
    grants: &mut Grants,
) -> Text {
    grants.named(&Kind { before, noun }, &arguments.get(field), field)
}

fn any(pattern: &str) -> Vec<Text> {
    vec![Text::pattern(pattern)]
}

/// `createCluster` as it is called in a policy: `eks:CreateCluster`.
fn named_as_api(service: &str, action: &str) -> String {
    let mut name = action.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    format!("{service}:{name}")
}

fn athena(action: &str, is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) {
    let group = match arguments.get("WorkGroup") {
        Given::Missing if action == "startQueryExecution" => Given::Known(Text::literal("primary")),
        given => given,
    };
    let kind = Kind { before: "arn:$P:athena:$R:$A:workgroup/", noun: "workgroup" };
    let group = grants.named(&kind, &group, "WorkGroup");
    grants.allow(&[&named_as_api("athena", action)], vec![group.clone()]);
    if action == "getQueryResults" {
        grants.missing(
            "Results are read from where the workgroup keeps them: allow s3:GetObject on that bucket.",
        );
        return;
    }
    if action != "startQueryExecution" {
        return;
    }
    if is_sync {
        grants.allow(&["athena:GetQueryExecution", "athena:StopQueryExecution"], vec![group]);
    }
    let context = arguments.inner("QueryExecutionContext");
    let catalog = match context.get("Catalog") {
        Given::Missing => Given::Known(Text::literal("AwsDataCatalog")),
        given => given,
    };
    let kind = Kind { before: "arn:$P:athena:$R:$A:datacatalog/", noun: "data catalog" };
    let catalog = grants.named(&kind, &catalog, "Catalog");
    grants.allow(&["athena:GetDataCatalog"], vec![catalog]);
    let database = context.get("Database");
    let mut glue = any("arn:$P:glue:$R:$A:catalog");
    match &database {
        Given::Known(database) => {
            let of = |before: &str| Text::pattern(before).then(database);
            glue.push(of("arn:$P:glue:$R:$A:database/"));
            glue.push(of("arn:$P:glue:$R:$A:table/").then(&Text::literal("/*")));
        }
        _ => {
            grants.wide("Which databases the query is about is told by its text alone, so all of the data catalog are allowed.");
            glue.push(Text::pattern("arn:$P:glue:$R:$A:database/*"));
            glue.push(Text::pattern("arn:$P:glue:$R:$A:table/*"));
        }
    }
    let reads = [
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetTable",
        "glue:GetTables",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:BatchGetPartition",
    ];
    grants.allow(&reads, glue);
    grants.missing("The query reads data in S3: allow s3:GetObject, s3:ListBucket and s3:GetBucketLocation on its buckets.");
    let output = arguments.inner("ResultConfiguration").get("OutputLocation");
    if output == Given::Missing {
        grants.missing("Results go where the workgroup keeps them: allow s3:PutObject, s3:GetBucketLocation and s3:AbortMultipartUpload there.");
        return;
    }
    let object = object_of(&output, grants);
    let bucket = bucket_of(&object);
    let objects = if object.to_string().ends_with('*') {
        object
    } else {
        object.map_literals(str::to_owned).then(&Text::literal("*"))
    };
    let writes = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];
    grants.allow(&writes, vec![objects]);
    grants.allow(&["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], vec![bucket]);
}

/// The bucket of an object's ARN.
fn bucket_of(object: &Text) -> Text {
    let mut out = Text::default();
    for piece in &object.pieces {
        match piece {
            Piece::Literal(text) => match text.split_once('/') {
                Some((before, _)) => {
                    out.push(Piece::Literal(before.to_owned()));
                    return out;
                }
                None => out.push(piece.clone()),
            },
            other => out.push(other.clone()),
        }
    }
    out
}

fn batch(is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) {
    let definition =
        named("arn:$P:batch:$R:$A:job-definition/", "job definition", "JobDefinition", arguments, grants);
    let queue = named("arn:$P:batch:$R:$A:job-queue/", "job queue", "JobQueue", arguments, grants);
    let has_revision = definition.to_string().rsplit('/').next().is_some_and(|name| name.contains(':'));
    let mut resources = vec![definition.clone()];
    if !has_revision && !definition.to_string().ends_with('*') {
        resources.push(definition.then(&Text::literal(":*")));
    }
    resources.push(queue);
    grants.allow(&["batch:SubmitJob"], resources);
    if is_sync {
        grants.allow(&["batch:DescribeJobs"], any("*"));
        grants.allow(&["batch:TerminateJob"], any("arn:$P:batch:$R:$A:job/*"));
        grants.rule("StepFunctionsGetEventsForBatchJobsRule");
    }
}

fn customize_model(is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) {
    let base = grants.named(
        &Kind { before: "arn:$P:bedrock:$R::foundation-model/", noun: "foundation model" },
        &arguments.get("BaseModelIdentifier"),
        "BaseModelIdentifier",
    );
    let jobs = Text::pattern("arn:$P:bedrock:$R:$A:model-customization-job/*");
    let models = Text::pattern("arn:$P:bedrock:$R:$A:custom-model/*");
    grants.allow(&["bedrock:CreateModelCustomizationJob"], vec![base, models, jobs.clone()]);
    if is_sync {
        grants.allow(&["bedrock:GetModelCustomizationJob", "bedrock:StopModelCustomizationJob"], vec![jobs]);
    }
    grants.pass_roles(&[(arguments.get("RoleArn"), "RoleArn")], "bedrock.amazonaws.com");
}

fn code_build(action: &str, is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) -> bool {
    let field = match action {
        "startBuild" | "startBuildBatch" => "ProjectName",
        "stopBuild" | "stopBuildBatch" | "retryBuildBatch" | "deleteBuildBatch" | "batchDeleteBuilds" => "",
        "batchGetReports" => {
            let reports = arguments.list("ReportArns");
            let groups: Vec<Text> = reports
                .iter()
                .filter_map(Given::known)
                .filter(|text| grants.is_arn(text))
                .map(|text| {
                    // A report's group is what stands in front of its last colon.
                    text.map_literals(|text| match text.rsplit_once(':') {
                        Some((group, _)) if text.contains(":report/") => {
                            group.replace(":report/", ":report-group/")
                        }
                        _ => text.to_owned(),
                    })
                })
                .collect();
            let groups =
                if groups.is_empty() { any("arn:$P:codebuild:$R:$A:report-group/*") } else { groups };
            grants.allow(&["codebuild:BatchGetReports"], groups);
            return true;
        }
        _ => return false,
    };
    let project = match field {
        "" => project_of_build(arguments, grants),
        field => named("arn:$P:codebuild:$R:$A:project/", "project", field, arguments, grants),
    };
    grants.allow(&[&named_as_api("codebuild", action)], vec![project.clone()]);
    if is_sync {
        if action == "startBuild" {
            grants.allow(&["codebuild:StopBuild", "codebuild:BatchGetBuilds"], vec![project]);
            grants.rule("StepFunctionsGetEventForCodeBuildStartBuildRule");
        } else {
            grants.allow(&["codebuild:StopBuildBatch", "codebuild:BatchGetBuildBatches"], vec![project]);
            grants.rule("StepFunctionsGetEventForCodeBuildStartBuildBatchRule");
        }
    }
    true
}

/// A build is called `<project>:<number>`, or by its ARN.
fn project_of_build(arguments: &Arguments<'_>, grants: &mut Grants) -> Text {
    let given = match arguments.first(&["Id", "BuildId"]) {
        Given::Missing => arguments.list("Ids").into_iter().next().unwrap_or(Given::RunTime),
        given => given,
    };
    let project =
        given.known().and_then(Text::as_literal).and_then(|id| id.rsplit('/').next()?.split(':').next());
    match project {
        Some(project) => Text::pattern("arn:$P:codebuild:$R:$A:project/").then(&Text::literal(project)),
        None => {
            grants.wide(
                "Which build is meant is only known at run time, so every project of the account is allowed.",
            );
            Text::pattern("arn:$P:codebuild:$R:$A:project/*")
        }
    }
}

fn ecs(is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) {
    let definition =
        named("arn:$P:ecs:$R:$A:task-definition/", "task definition", "TaskDefinition", arguments, grants);
    let name = definition.to_string();
    let has_revision = name.rsplit("task-definition/").next().is_some_and(|name| name.contains(':'));
    let mut resources = vec![definition.clone()];
    if !name.ends_with('*') && !has_revision {
        // Without a revision, ECS takes the newest.
        resources.push(definition.then(&Text::literal(":*")));
    }
    let cluster = match arguments.get("Cluster") {
        Given::Missing => Given::Known(Text::literal("default")),
        given => given,
    };
    let kind = Kind { before: "arn:$P:ecs:$R:$A:cluster/", noun: "cluster" };
    let cluster = grants.named(&kind, &cluster, "Cluster");
    let condition = Condition { operator: "ArnLike", key: "ecs:cluster".to_owned(), values: vec![cluster] };
    grants.allow_if(&["ecs:RunTask"], resources, vec![condition.clone()]);
    if is_sync {
        let tasks = any("arn:$P:ecs:$R:$A:task/*");
        grants.allow_if(&["ecs:StopTask", "ecs:DescribeTasks"], tasks, vec![condition]);
        grants.rule("StepFunctionsGetEventsForECSTaskRule");
    }
    let overrides = arguments.inner("Overrides");
    let roles = [
        (overrides.get("TaskRoleArn"), "TaskRoleArn"),
        (overrides.get("ExecutionRoleArn"), "ExecutionRoleArn"),
    ];
    let are_told = roles.iter().all(|(role, _)| role.known().is_some());
    if are_told {
        grants.pass_roles(&roles, "ecs-tasks.amazonaws.com");
    } else {
        grants.wide(
            "The task definition says which roles the task has, so every role may be passed to ECS: narrow iam:PassRole to these.",
        );
        let service = equals("iam:PassedToService", Text::literal("ecs-tasks.amazonaws.com"));
        grants.allow_if(&["iam:PassRole"], any("arn:$P:iam::$A:role/*"), vec![service]);
    }
}

fn eks(action: &str, is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) {
    if matches!(action, "call" | "runJob") {
        grants.missing(
            "The cluster decides by its own access entries what the role may do in Kubernetes: add one for the role.",
        );
        return;
    }
    let field = if matches!(action, "createCluster" | "deleteCluster") { "Name" } else { "ClusterName" };
    let cluster = named("arn:$P:eks:$R:$A:cluster/", "cluster", field, arguments, grants);
    let of_cluster = |kind: &str, name: &Given| {
        let name = match name {
            Given::Known(text) | Given::Partly(text) => text.clone(),
            _ => Text::literal("*"),
        };
        let cluster_name = match arguments.get("ClusterName") {
            Given::Known(text) | Given::Partly(text) => text,
            _ => Text::literal("*"),
        };
        let slash = Text::literal("/");
        Text::pattern(&format!("arn:$P:eks:$R:$A:{kind}/"))
            .then(&cluster_name)
            .then(&slash)
            .then(&name)
            .then(&Text::literal("/*"))
    };
    let nodegroup = of_cluster("nodegroup", &arguments.get("NodegroupName"));
    let profile = of_cluster("fargateprofile", &arguments.get("FargateProfileName"));
    let (resource, describe) = match action {
        "createNodegroup" => (cluster, "eks:DescribeNodegroup"),
        "deleteNodegroup" => (nodegroup.clone(), "eks:DescribeNodegroup"),
        "createFargateProfile" => (cluster, "eks:DescribeFargateProfile"),
        "deleteFargateProfile" => (profile.clone(), "eks:DescribeFargateProfile"),
        _ => (cluster, "eks:DescribeCluster"),
    };
    grants.allow(&[&named_as_api("eks", action)], vec![resource.clone()]);
    if is_sync {
        let followed = match describe {
            "eks:DescribeNodegroup" => nodegroup,
            "eks:DescribeFargateProfile" => profile,
            _ => resource,
        };
        let stop = match action {
            "createCluster" => Some("eks:DeleteCluster"),
            "createNodegroup" => Some("eks:DeleteNodegroup"),
            "createFargateProfile" => Some("eks:DeleteFargateProfile"),
            _ => None,
        };
        let actions: Vec<&str> = std::iter::once(describe).chain(stop).collect();
        grants.allow(&actions, vec![followed]);
    }
    match action {
        "createCluster" => grants.pass_roles(&[(arguments.get("RoleArn"), "RoleArn")], "eks.amazonaws.com"),
        "createNodegroup" => {
            grants.pass_roles(&[(arguments.get("NodeRole"), "NodeRole")], "ec2.amazonaws.com")
        }
        "createFargateProfile" => grants.pass_roles(
            &[(arguments.get("PodExecutionRoleArn"), "PodExecutionRoleArn")],
            "eks-fargate-pods.amazonaws.com",
        ),
        _ => {}
    }
}

fn emr(action: &str, is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) -> bool {
    let cluster = |grants: &mut Grants| {
        vec![named("arn:$P:elasticmapreduce:$R:$A:cluster/", "cluster", "ClusterId", arguments, grants)]
    };
    match action {
        "createCluster" => {
            grants.allow(&["elasticmapreduce:RunJobFlow"], any("*"));
            let clusters = any("arn:$P:elasticmapreduce:$R:$A:cluster/*");
            grants.allow(&["elasticmapreduce:AddTags"], clusters.clone());
            let emr = "elasticmapreduce.amazonaws.com";
            grants.pass_roles(&[(arguments.get("ServiceRole"), "ServiceRole")], emr);
            grants.pass_roles(&[(arguments.get("AutoScalingRole"), "AutoScalingRole")], emr);
            grants.pass_roles(&[(arguments.get("JobFlowRole"), "JobFlowRole")], "ec2.amazonaws.com");
            if is_sync {
                let follow = ["elasticmapreduce:DescribeCluster", "elasticmapreduce:TerminateJobFlows"];
                grants.allow(&follow, clusters);
                grants.rule("StepFunctionsGetEventForEMRRunJobFlowRule");
            }
        }
        "terminateCluster" => {
            let cluster = cluster(grants);
            grants.allow(&["elasticmapreduce:TerminateJobFlows"], cluster.clone());
            if is_sync {
                grants.allow(&["elasticmapreduce:DescribeCluster"], cluster);
                grants.rule("StepFunctionsGetEventForEMRTerminateJobFlowsRule");
            }
        }
        "addStep" => {
            let cluster = cluster(grants);
            grants.allow(&["elasticmapreduce:AddJobFlowSteps"], cluster.clone());
            if is_sync {
                grants.allow(&["elasticmapreduce:DescribeStep", "elasticmapreduce:CancelSteps"], cluster);
                grants.rule("StepFunctionsGetEventForEMRAddJobFlowStepsRule");
            }
        }
        "cancelStep" => {
            let cluster = cluster(grants);
            grants.allow(&["elasticmapreduce:CancelSteps"], cluster);
        }
        "setClusterTerminationProtection" => {
            let cluster = cluster(grants);
            grants.allow(&["elasticmapreduce:SetTerminationProtection"], cluster);
        }
        "modifyInstanceFleetByName" => {
            let cluster = cluster(grants);
            grants.allow(
                &["elasticmapreduce:ModifyInstanceFleet", "elasticmapreduce:ListInstanceFleets"],
                cluster,
            );
        }
        "modifyInstanceGroupByName" => {
            let cluster = cluster(grants);
            let actions = ["elasticmapreduce:ModifyInstanceGroups", "elasticmapreduce:ListInstanceGroups"];
            grants.allow(&actions, cluster);
        }
        _ => return false,
    }
    true
}

fn service_linked_role(service: &str, role: &str, grants: &mut Grants) {
    let arn = Text::pattern(&format!("arn:$P:iam::$A:role/aws-service-role/{service}/{role}"));
    let condition = Condition {
        operator: "StringLike",
        key: "iam:AWSServiceName".to_owned(),
        values: vec![Text::literal(service)],
    };
    grants.info(format!("iam:CreateServiceLinkedRole is needed only until {role} exists in the account."));
    grants.allow_if(&["iam:CreateServiceLinkedRole"], vec![arn], vec![condition]);
}

fn emr_containers(action: &str, is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) -> bool {
    match action {
        "createVirtualCluster" => {
            grants.allow(&["emr-containers:CreateVirtualCluster"], any("*"));
            service_linked_role(
                "emr-containers.amazonaws.com",
                "AWSServiceRoleForAmazonEMRContainers",
                grants,
            );
        }
        "deleteVirtualCluster" => {
            let before = "arn:$P:emr-containers:$R:$A:/virtualclusters/";
            let cluster = named(before, "virtual cluster", "Id", arguments, grants);
            grants.allow(&["emr-containers:DeleteVirtualCluster"], vec![cluster.clone()]);
            if is_sync {
                grants.allow(&["emr-containers:DescribeVirtualCluster"], vec![cluster]);
            }
        }
        "startJobRun" => {
            let before = "arn:$P:emr-containers:$R:$A:/virtualclusters/";
            let cluster = named(before, "virtual cluster", "VirtualClusterId", arguments, grants);
            let role = arguments.get("ExecutionRoleArn");
            let conditions: Vec<Condition> = match role.known() {
                Some(role) => vec![equals("emr-containers:ExecutionRoleArn", role.clone())],
                None => {
                    grants
                        .wide("ExecutionRoleArn is only known at run time, so jobs may run with every role.");
                    Vec::new()
                }
            };
            grants.allow_if(&["emr-containers:StartJobRun"], vec![cluster.clone()], conditions);
            if is_sync {
                let runs = cluster.then(&Text::literal("/jobruns/*"));
                grants.allow(&["emr-containers:DescribeJobRun", "emr-containers:CancelJobRun"], vec![runs]);
            }
        }
        _ => return false,
    }
    true
}

fn emr_serverless(action: &str, is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) -> bool {
    const APPLICATION_RULE: &str = "StepFunctionsGetEventsForEMRServerlessApplicationRule";
    let before = "arn:$P:emr-serverless:$R:$A:/applications/";
    if action == "createApplication" {
        grants.allow(&["emr-serverless:CreateApplication"], any("arn:$P:emr-serverless:$R:$A:/*"));
        if is_sync {
            let applications = any("arn:$P:emr-serverless:$R:$A:/applications/*");
            grants
                .allow(&["emr-serverless:GetApplication", "emr-serverless:DeleteApplication"], applications);
            grants.rule(APPLICATION_RULE);
        }
        let service = "ops.emr-serverless.amazonaws.com";
        service_linked_role(service, "AWSServiceRoleForAmazonEMRServerless", grants);
        return true;
    }
    let application = named(before, "application", "ApplicationId", arguments, grants);
    match action {
        "startApplication" | "stopApplication" | "deleteApplication" => {
            grants.allow(&[&named_as_api("emr-serverless", action)], vec![application.clone()]);
            if is_sync {
                let stop = (action == "startApplication").then_some("emr-serverless:StopApplication");
                let actions: Vec<&str> =
                    std::iter::once("emr-serverless:GetApplication").chain(stop).collect();
                grants.allow(&actions, vec![application]);
                grants.rule(APPLICATION_RULE);
            }
        }
        "startJobRun" => {
            grants.allow(&["emr-serverless:StartJobRun"], vec![application.clone()]);
            let role = (arguments.get("ExecutionRoleArn"), "ExecutionRoleArn");
            grants.pass_roles(&[role], "emr-serverless.amazonaws.com");
            if is_sync {
                let runs = application.then(&Text::literal("/jobruns/*"));
                grants.allow(&["emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"], vec![runs]);
                grants.rule("StepFunctionsGetEventsForEMRServerlessJobRule");
            }
        }
        "cancelJobRun" => {
            let run = match arguments.get("JobRunId") {
                Given::Known(id) | Given::Partly(id) => id,
                _ => Text::literal("*"),
            };
            let run = application.then(&Text::literal("/jobruns/")).then(&run);
            grants.allow(&["emr-serverless:CancelJobRun"], vec![run.clone()]);
            if is_sync {
                grants.allow(&["emr-serverless:GetJobRun"], vec![run]);
                grants.rule("StepFunctionsGetEventsForEMRServerlessJobRule");
            }
        }
        _ => return false,
    }
    true
}

fn media_convert(is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) {
    let mut resources = Vec::new();
    for (field, kind) in [("Queue", "queues"), ("JobTemplate", "jobTemplates")] {
        let before = Text::pattern(&format!("arn:$P:mediaconvert:$R:$A:{kind}/"));
        match arguments.get(field) {
            Given::Known(text) if grants.is_arn(&text) => resources.push(text),
            Given::Known(text) | Given::Partly(text) => resources.push(before.then(&text)),
            Given::RunTime => resources.push(before.then(&Text::literal("*"))),
            Given::Missing if field == "Queue" => resources.push(before.then(&Text::literal("Default"))),
            Given::Missing => {}
        }
    }
    grants.allow(&["mediaconvert:CreateJob"], resources);
    if is_sync {
        let jobs = any("arn:$P:mediaconvert:$R:$A:jobs/*");
        grants.allow(&["mediaconvert:GetJob", "mediaconvert:CancelJob"], jobs);
        grants.rule("StepFunctionsGetEventsForMediaConvertJobRule");
    }
    grants.pass_roles(&[(arguments.get("Role"), "Role")], "mediaconvert.amazonaws.com");
}

fn sage_maker(action: &str, is_sync: bool, arguments: &Arguments<'_>, grants: &mut Grants) -> bool {
    let (field, kind, job, rule) = match action {
        "createTrainingJob" => ("TrainingJobName", "training-job", "TrainingJob", "TrainingJobs"),
        "createTransformJob" => ("TransformJobName", "transform-job", "TransformJob", "TransformJobs"),
        "createProcessingJob" => ("ProcessingJobName", "processing-job", "ProcessingJob", "ProcessingJobs"),
        "createLabelingJob" => ("LabelingJobName", "labeling-job", "LabelingJob", "LabelingJobs"),
        "createHyperParameterTuningJob" => (
            "HyperParameterTuningJobName",
            "hyper-parameter-tuning-job",
            "HyperParameterTuningJob",
            "TuningJobs",
        ),
        "createEndpoint" | "updateEndpoint" => ("EndpointName", "endpoint", "", ""),
        "createEndpointConfig" => ("EndpointConfigName", "endpoint-config", "", ""),
        "createModel" => ("ModelName", "model", "", ""),
        _ => return false,
    };
    let before = Text::pattern(&format!("arn:$P:sagemaker:$R:$A:{kind}/"));
    let given = arguments.get(field);
    let resource = match &given {
        Given::Known(name) | Given::Partly(name) => before.then(name),
        _ => {
            grants.wide(format!("{field} is only known at run time, so every name is allowed."));
            before.then(&Text::literal("*"))
        }
    };
    let mut resources = vec![resource.clone()];
    if matches!(action, "createEndpoint" | "updateEndpoint") {
        let config = match arguments.get("EndpointConfigName") {
            Given::Known(name) | Given::Partly(name) => name,
            _ => Text::literal("*"),
        };
        resources.push(Text::pattern("arn:$P:sagemaker:$R:$A:endpoint-config/").then(&config));
    }
    let create = named_as_api("sagemaker", action);
    grants.allow(&[&create], resources);
    if arguments.get("Tags") != Given::Missing && !arguments.is_run_time() {
        grants.allow(&["sagemaker:AddTags"], vec![resource.clone()]);
    }
    let sage_maker = "sagemaker.amazonaws.com";
    let roles: Vec<_> = [arguments.get("RoleArn"), arguments.get("ExecutionRoleArn")]
        .into_iter()
        .zip(["RoleArn", "ExecutionRoleArn"])
        .filter(|(role, _)| !arguments.is_run_time() && *role != Given::Missing)
        .collect();
    grants.pass_roles(&roles, sage_maker);
    if arguments.is_run_time() && matches!(kind, "training-job" | "processing-job" | "labeling-job" | "model")
    {
        grants.pass_roles(&[(Given::RunTime, "RoleArn")], sage_maker);
    }
    if action == "createHyperParameterTuningJob" {
        let inner = arguments.inner("TrainingJobDefinition").get("RoleArn");
        grants.pass_roles(&[(inner, "RoleArn")], sage_maker);
    }
    if is_sync && !job.is_empty() {
        let follow = [format!("sagemaker:Describe{job}"), format!("sagemaker:Stop{job}")];
        grants.allow(&[&follow[0], &follow[1]], vec![resource]);
        grants.allow(&["sagemaker:ListTags"], any("*"));
        grants.rule(&format!("StepFunctionsGetEventsForSageMaker{rule}Rule"));
    }
    true
}
