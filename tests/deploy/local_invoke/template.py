"""The built template, with what functions need to find the local stack."""

from pathlib import Path

import yaml

ENDPOINTS = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
TABLE = "AWS::DynamoDB::Table"
SECRET = "AWS::SecretsManager::Secret"


class Template:
    """A copy of `BUILD_DIR/template.yaml`, beside it, for its paths are relative."""

    def __init__(self, build_dir: Path):
        document = yaml.safe_load((build_dir / "template.yaml").read_text())
        resources = document["Resources"]
        functions = {id: r for id, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}
        self.logical_ids = {r["Metadata"]["BuildProperties"]["Binary"]: id for id, r in functions.items()}
        self.bootstraps = [build_dir / r["Properties"]["CodeUri"] / "bootstrap" for r in functions.values()]

        # `sam local` gives a function no variable that the template does not name.
        variables = document["Globals"]["Function"]["Environment"]["Variables"]
        variables.update(dict.fromkeys(ENDPOINTS, "unset"))
        references = {name: value["Ref"] for name, value in variables.items() if isinstance(value, dict) and "Ref" in value}
        of_type = {name: resources[id]["Type"] for name, id in references.items() if id in resources}
        self._tables = {name: _table(references[name]) for name, type in of_type.items() if type == TABLE}
        self._secrets = {name: _secret(references[name]) for name, type in of_type.items() if type == SECRET}
        self.path = build_dir / "local-invoke.yaml"
        self.path.write_text(yaml.safe_dump(document, sort_keys=False))

    def variables(self, dynamodb: str, cloud: str, secret_arn: str) -> dict:
        """The variables of a function: where everything is. The ARN is that of the secret of sessions."""
        secrets = {name: secret_arn.replace(_secret("SessionsSecret"), secret) for name, secret in self._secrets.items()}
        return self._tables | secrets | dict(zip(ENDPOINTS, (dynamodb, cloud, cloud), strict=True))


def _secret(logical_id: str) -> str:
    """Likewise: CursorsSecret is readmit-cursors."""
    return "readmit-" + logical_id.removesuffix("Secret").lower()


def _table(logical_id: str) -> str:
    """What the local stack calls a table: EmployeesTable is readmit-employees there."""
    return "readmit-" + logical_id.removesuffix("Table").lower()
