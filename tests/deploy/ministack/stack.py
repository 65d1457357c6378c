"""The template of a release folder, translated and deployed."""

import json
import logging
import pathlib
import re
from types import SimpleNamespace

from botocore.exceptions import WaiterError
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from checks import Failed

BUCKET = "readmit-test-code"
PARAMETERS = {
    "PortalUrl": "https://portal.example",
    "MailFrom": "no-reply@portal.example",
    "BrandName": "Partner Portal",
    "SupportContact": "Technical Support",
    "AuditRetentionDays": "30",
}

# What ministack does not know at all. `sam validate --lint` reads it; no function is asked to do anything by it:
UNKNOWN_TYPES = {
    # a canary moves traffic from one version to the next, and here is but one;
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    # Secrets Manager calls the rotation, which is called by name here.
    "AWS::SecretsManager::RotationSchedule",
}

# SAM's translator warns for each canary that it has no list of switches.
logging.getLogger("samtranslator.feature_toggle.feature_toggle").setLevel(logging.ERROR)


class Stack:
    """A deployed stack: what its logical ids have become."""

    name = "readmit-test"

    def __init__(self, engine, release: pathlib.Path):
        self._cloudformation = engine.client("cloudformation")
        self._s3 = engine.client("s3")
        translated = self._translated(release)
        self.template = suited(translated)
        self.left_out = sorted(translated["Resources"].keys() - self.template["Resources"].keys())

    def _translated(self, release: pathlib.Path) -> dict:
        """SAM's own translation. Done here and not by the engine, so that it can be said what is left out."""
        template = yaml_parse((release / "template.yaml").read_text())
        self._s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                key = resource["Properties"]["CodeUri"]
                self._s3.put_object(Bucket=BUCKET, Key=key, Body=(release / key).read_bytes())
                resource["Properties"]["CodeUri"] = {"Bucket": BUCKET, "Key": key}
        return transform(template, dict(PARAMETERS), SimpleNamespace(load=lambda: {}))

    def deploy(self) -> set[str]:
        """Creates the stack; the states of its resources. Says of a failure which resource it was."""
        self._s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(self.template).encode())
        self._cloudformation.create_stack(
            StackName=self.name,
            TemplateURL=f"{self._s3.meta.endpoint_url}/{BUCKET}/template.json",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        try:
            self._cloudformation.get_waiter("stack_create_complete").wait(
                StackName=self.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
            )
        except WaiterError as error:
            events = self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
            failed = [
                f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason')}"
                for event in events
                if "FAILED" in event["ResourceStatus"]
            ]
            raise Failed("the stack was not created:\n" + "\n".join(failed)) from error
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        self.resources = {
            resource["LogicalResourceId"]: resource for page in pages for resource in page["StackResourceSummaries"]
        }
        return {resource["ResourceStatus"] for resource in self.resources.values()}

    @property
    def routes(self) -> dict[str, str]:
        """Route key to the logical id of the function or alias that the route names."""
        (api,) = (r for r in self.template["Resources"].values() if r["Type"] == "AWS::ApiGatewayV2::Api")
        return {
            f"{method.upper()} {path}": named_in(operation["x-amazon-apigateway-integration"]["uri"])
            for path, operations in api["Properties"]["Body"]["paths"].items()
            for method, operation in operations.items()
        }

    def physical_id(self, logical_id: str) -> str:
        return self.resources[logical_id]["PhysicalResourceId"]


def named_in(uri: dict) -> str:
    """The resource in an integration's address: `…/functions/${SignInFunction.Arn}/invocations`."""
    return re.search(r"functions/\$\{(\w+)(?:\.Arn)?\}/invocations", uri["Fn::Sub"])[1]


def known(resource: dict) -> bool:
    # Of alarms those of one metric; metric math is refused.
    of_metric_math = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    return resource["Type"] not in UNKNOWN_TYPES and not of_metric_math


def suited(template: dict) -> dict:
    """The template as ministack 1.5.33 can take it: without what it does not know, and its own faults gone round."""
    resources = {name: resource for name, resource in template["Resources"].items() if known(resource)}
    for resource in resources.values():
        # What the canaries are told.
        if "CodeDeployLambdaAliasUpdate" in resource.get("UpdatePolicy", {}):
            del resource["UpdatePolicy"]
    secrets = {name for name, resource in resources.items() if resource["Type"] == "AWS::SecretsManager::Secret"}

    def of(node):
        if isinstance(node, list):
            return [of(item) for item in node]
        if not isinstance(node, dict):
            return node
        # On AWS a secret's `Ref` and its attribute `Id` are both the ARN. Here `Ref` is a name, which no policy allows.
        if node.get("Ref") in secrets:
            return {"Fn::GetAtt": [node["Ref"], "Id"]}
        # A mail is checked here on no identity and from no sender, so a statement that names either allows nothing.
        if node.get("Action") in ("ses:SendEmail", ["ses:SendEmail"]):
            return {"Effect": node["Effect"], "Action": node["Action"], "Resource": "*"}
        # Which attributes a batch asks for is not read here, so a statement that demands their names allows nothing.
        condition = node.get("Condition")
        if isinstance(condition, dict) and "dynamodb:Select" in condition.get("StringEquals", {}):
            node = {key: value for key, value in node.items() if key != "Condition"}
        return {key: of(value) for key, value in node.items()}

    return {**of(template), "Resources": of(resources)}
