/// The name of the icon for a service, by what it offers. Unknown ones get that of services in general.
pub fn icon(service: &str) -> &'static str {
    let families: [(&str, &[&str]); 20] = [
        ("function", &["lambda", "lambdacore"]),
        ("queue", &["sqs", "mq", "kafka", "kinesis", "firehose"]),
        ("topic", &["sns", "pinpoint", "chatbot", "socialmessaging", "endusermessaging"]),
        ("event-bus", &["events", "eventbridge", "scheduler", "pipes", "schemas"]),
        ("workflow", &["states", "sfn", "swf", "mwaa"]),
        ("http", &["http", "apigateway", "apigatewayv2", "apigatewaymanagementapi", "appsync"]),
        (
            "database",
            &[
                "dynamodb",
                "dynamodbstreams",
                "rds",
                "rdsdata",
                "docdb",
                "neptune",
                "elasticache",
                "memorydb",
                "keyspaces",
                "dsql",
                "redshift",
                "redshiftdata",
                "redshiftserverless",
                "timestreamquery",
                "timestreamwrite",
                "qldb",
                "dax",
            ],
        ),
        (
            "storage",
            &[
                "s3",
                "s3control",
                "s3tables",
                "s3vectors",
                "s3outposts",
                "efs",
                "fsx",
                "ebs",
                "glacier",
                "backup",
                "datasync",
                "transfer",
            ],
        ),
        ("query", &["athena", "quicksight", "opensearch", "elasticsearch", "cloudsearch", "kendra"]),
        (
            "etl",
            &[
                "glue",
                "databrew",
                "elasticmapreduce",
                "emr",
                "emr-containers",
                "emrcontainers",
                "emr-serverless",
                "emrserverless",
                "lakeformation",
                "datapipeline",
                "datazone",
                "kinesisanalytics",
                "kinesisanalyticsv2",
            ],
        ),
        ("mail", &["ses", "sesv2", "mailmanager", "workmail", "pinpointemail"]),
        ("monitoring", &["cloudwatch", "cloudwatchlogs", "xray", "cloudtrail", "grafana", "amp", "health"]),
        ("batch", &["batch", "pcs"]),
        ("container", &["ecs", "eks", "ecr", "ecrpublic", "apprunner"]),
        (
            "ai",
            &[
                "bedrock",
                "bedrockagent",
                "bedrockagentcore",
                "bedrockagentcorecontrol",
                "bedrockagentruntime",
                "bedrockruntime",
                "bedrockdataautomation",
                "qbusiness",
                "qconnect",
                "qapps",
            ],
        ),
        (
            "ml",
            &[
                "sagemaker",
                "sagemakerruntime",
                "rekognition",
                "textract",
                "comprehend",
                "transcribe",
                "translate",
                "polly",
                "personalize",
                "forecast",
                "lexmodelsv2",
                "lexruntimev2",
            ],
        ),
        (
            "media",
            &[
                "mediaconvert",
                "medialive",
                "mediapackage",
                "mediapackagev2",
                "mediatailor",
                "mediaconnect",
                "ivs",
            ],
        ),
        (
            "code",
            &[
                "codebuild",
                "codepipeline",
                "codedeploy",
                "codecommit",
                "codeartifact",
                "cloudformation",
                "imagebuilder",
            ],
        ),
        (
            "security",
            &[
                "iam",
                "kms",
                "sts",
                "secretsmanager",
                "acm",
                "acmpca",
                "guardduty",
                "securityhub",
                "inspector2",
                "waf",
                "wafv2",
                "shield",
                "cognitoidentity",
                "cognitoidentityprovider",
                "organizations",
                "account",
                "macie2",
                "detective",
                "ram",
                "sso",
                "ssoadmin",
                "accessanalyzer",
                "config",
            ],
        ),
        (
            "network",
            &[
                "ec2",
                "route53",
                "elasticloadbalancing",
                "elasticloadbalancingv2",
                "cloudfront",
                "vpclattice",
                "networkfirewall",
                "directconnect",
                "globalaccelerator",
                "networkmanager",
            ],
        ),
    ];
    let family = families.iter().find(|(_, services)| services.contains(&service));
    family.map_or("service", |(icon, _)| icon)
}

#[cfg(test)]
mod tests {
    use super::icon;

    #[test]
    fn families_are_told_apart() {
        assert_eq!(icon("lambda"), "function");
        assert_eq!(icon("emr-serverless"), icon("glue"));
        assert_eq!(icon("braket"), "service");
    }
}
