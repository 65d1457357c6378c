"""`python3 tests/new_function NAME [ROUTE]`: makes the function NAME, with all that a function needs in other files.

NAME is the package's: `count-sessions`. ROUTE, such as `GET /v1/session-count`, is for Security Admins, who are answered 204; its
path may name an employee, by `{employee_id}`. Without ROUTE the function takes an operator's event. The result compiles and passes
the tests; docs/adding-a-function.md says how to go on.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import documents
import rust
from tree import Refused, Tree

ROOT = Path(__file__).resolve().parents[2]
# What the API's CORS configuration allows.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

REST = """
Still to be written. No test fails without it:
- The words that this script could only guess: the first line of lib.rs, `summary` and `description` in docs/openapi.yaml, the
  sentences of the alarms in template.yaml and in docs/operating.md.
- docs/architecture.md, "What each request costs"; docs/deploying.md, "What it costs a month"; CHANGELOG.md.
- tests/src/acts.rs and its list of expected units; bench/src/company.rs and bench/src/cold_start.rs, if it is to be measured.
Then: make check, and make test. docs/adding-a-function.md has the rules for each place.
"""


@dataclass
class Function:
    """What the function is called in each place."""

    name: str
    route: str

    @property
    def module(self) -> str:
        return self.name.replace("-", "_")

    @property
    def id(self) -> str:
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def words(self) -> str:
        return self.name.replace("-", " ")

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        return self.route.split(" ")[-1]

    @property
    def names_an_employee(self) -> bool:
        return "{employee_id}" in self.path

    def fill(self, text: str) -> str:
        """The text with these names in it."""
        places = {
            "NAME": self.name,
            "MODULE": self.module,
            "ID": self.id,
            "WORDS": self.words,
            "ROUTE": self.route,
            "METHOD": self.method,
            "PATH": self.path,
            "FORMAT": self.path.replace("{employee_id}", "{id}"),
            "READ": "BatchGetItem" if self.names_an_employee else "GetItem",
        }
        for place, name in places.items():
            text = text.replace(f"@{place}@", name)
        return text


def fault(function: Function) -> str | None:
    """What is wrong with what was asked for."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*|-[0-9][a-z0-9]*)*", function.name):
        return f"NAME is lower-case words with hyphens between them, such as count-sessions, and not {function.name!r}"
    if not function.route:
        return None
    if not re.fullmatch(rf"({'|'.join(METHODS)}) /v1(/[a-z0-9-]+|/\{{employee_id\}})+", function.route):
        return f"ROUTE is a method of {', '.join(METHODS)} and a path below /v1, and not {function.route!r}"
    if function.path.startswith("/v1/recovery/"):
        return "a route below /v1/recovery takes a recovery token, which this script does not write: copy reset-2fa"
    return None


def crate(tree: Tree, function: Function) -> None:
    folder, fill = f"functions/{function.name}", function.fill
    if function.route:
        handler = rust.ROUTE_ABOUT_AN_EMPLOYEE if function.names_an_employee else rust.ROUTE
        parts = (rust.MANIFEST_OF_A_ROUTE, rust.MAIN_OF_A_ROUTE, handler)
    else:
        parts = (rust.MANIFEST_OF_EVENTS, rust.MAIN_OF_EVENTS, rust.EVENTS)
    for path, text in zip(("Cargo.toml", "src/main.rs", "src/lib.rs"), parts, strict=True):
        tree.add(f"{folder}/{path}", fill(text))
    tree.insert_sorted("Cargo.toml", r'[a-z0-9-]+ = \{ path = "functions/', f'{function.name} = {{ path = "{folder}" }}\n')
    tree.insert_sorted("shared/src/log.rs", r'    "(?!readmit)[a-z0-9_]+",$', f'    "{function.module}",\n')


def local_stack(tree: Tree, function: Function) -> None:
    path, name, module = "local/src/functions.rs", function.name, function.module
    functions = "|".join(sorted(entry.name for entry in (ROOT / "functions").iterdir()))
    tree.insert_sorted("local/Cargo.toml", rf"({functions})\.workspace = true$", f"{name}.workspace = true\n")
    tree.change(path, r"(pub struct Functions \{\n(?:    .*\n)+)", rf"\1    {module}: Arc<Services>,\n")
    keys = f"{module}::KEYS" if function.route else "KeyNeeds::NONE"
    tree.change(path, r"(        Ok\(Self \{\n(?:            .*\n)+)", rf'\1            {module}: services("{name}", {keys})?,\n')
    if function.route:
        arm = f'            "{name}" => http(&self.{module}, {module}::handle, event).await,\n'
    else:
        arm = f'            "{name}" => output({module}::handle(Arc::clone(&self.{module}), event).await),\n'
    tree.insert_before(path, r"^            _ => Err\(InvokeError::NoSuchFunction\)", arm)


def template(tree: Tree, function: Function) -> None:
    path, fill = "template.yaml", function.fill
    if function.route and re.search(rf'Method: {function.method}, Path: "?{re.escape(function.path)}"? ', tree.read(path)):
        raise Refused(f"{path} has {function.route} already")
    # From the name of a resource to its last line.
    rest = r"(?:    .*\n)+"
    statements = documents.STATEMENTS_OF_A_ROUTE if function.route else documents.STATEMENTS_OF_EVENTS
    of_function = rf"^  \w+Function:\n    Type: AWS::Serverless::Function\n{rest}"
    tree.insert_after_last(path, of_function, fill(documents.FUNCTION + statements))
    tree.insert_after_last(path, rf"^  \w+Logs:\n    Type: AWS::Logs::LogGroup\n{rest}", fill(documents.LOGS))
    throttles = documents.THROTTLES_ALARM if function.route else ""
    tree.insert_after_last(path, rf"^  \w+ErrorsAlarm:\n{rest}", fill(documents.ERRORS_ALARM + throttles))
    for stat, line in documents.DASHBOARD.items():
        last = rf'"FunctionName", "\$\{{\w+\}}", \{{ "label": "[a-z0-9 -]+", "stat": "{stat}" \}}\]'
        tree.insert_after_last(path, last, ",\n              " + fill(line))


def operating(tree: Tree, function: Function) -> None:
    """The operator's page names every alarm, behind those that it has."""
    alarms = f"`{function.id}ErrorsAlarm`" + (f", `{function.id}ThrottlesAlarm`" if function.route else "")
    bullet = r"^- .*\n(?:  .*\n)*"
    tree.insert_after_last(
        "docs/operating.md", rf"(?=[^\n]*ErrorsAlarm`){bullet}", f"- {alarms}: as the alarms of the other functions above.\n"
    )


def contract(tree: Tree, function: Function) -> None:
    path = "docs/openapi.yaml"
    operation = documents.OPERATION
    words = function.name.split("-")
    parts = {
        "VERB": function.method.lower(),
        "OPERATION": words[0] + "".join(word.capitalize() for word in words[1:]),
        "TAG": "Employees",
        "SUMMARY": function.words.capitalize(),
        "PARAMETERS": documents.PARAMETERS if function.names_an_employee else "",
        "NOT_FOUND": documents.NOT_FOUND if function.names_an_employee else "",
    }
    for name, text in parts.items():
        operation = operation.replace(f"@{name}@", text)
    item = f"  {function.path}:\n"
    if item in tree.read(path):
        tree.insert_after_last(path, rf"^{re.escape(item)}(?:    .*\n)+", operation)
    else:
        tree.insert_before(path, r"^components:$", f"{item}{operation}\n")


def events(tree: Tree, function: Function) -> None:
    if function.route:
        made = {
            "answered": (documents.request(function.route, True), '{"answer": 204}'),
            "no-token": (documents.request(function.route, False), '{"problem": [401, "unauthenticated"]}'),
        }
    else:
        made = {
            "unknown-company": (documents.UNKNOWN_COMPANY, '{"output": {"exists": false}}'),
            "unknown-field": (documents.UNKNOWN_FIELD, '{"error": "invalid_request"}'),
        }
    for case, (event, _) in made.items():
        tree.add(f"events/{function.name}/{case}.json", event)
    lines = [f'    "{function.name}/{case}.json": {expected}' for case, (_, expected) in made.items()]

    def with_them(found: re.Match) -> str:
        known = [line.removesuffix(",") for line in found[2].splitlines()]
        return found[1] + ",\n".join(sorted(known + lines)) + "\n" + found[3]

    tree.change("events/expected.json", r'(  "answers": \{\n)((?:    ".*\n)+)(  \}\n)', with_them)


def tests(tree: Tree, function: Function) -> None:
    if not function.route:
        flow = rust.FLOW_OF_EVENTS
    else:
        flow = rust.FLOW_ABOUT_AN_EMPLOYEE if function.names_an_employee else rust.FLOW
    tree.add(f"tests/flows/{function.module}.rs", function.fill(flow))
    tree.insert_sorted("tests/flows/main.rs", r"mod [a-z0-9_]+;$", f"mod {function.module};\n")

    def one_more(found: re.Match) -> str:
        return found[1] + str(int(found[2]) + 1) + found[3]

    permissions = "tests/template/permissions.rs"
    tree.change(permissions, r"(permissions\.len\(\), )(\d+)(\);)", one_more)
    if function.names_an_employee:
        path = "&format!(" + function.fill('"@FORMAT@"').replace("{id}", "{}") + ", world.id(MIKE))"
    else:
        path = f'"{function.path}"'
    call = f"world.enrolled(ADA).await.calls(Method::{function.method}, {path}, None).await.is(204);"
    if not function.route:
        company = 'json!({"company_id": world.companies["Northwind Partners"]})'
        call = f'assert_eq!(world.invoke("{function.name}", {company}).await.status, 200);'
    tree.insert_before(permissions, r"^    what_nobody_asks_for\(&world\)\.await;$", f"    {call}\n")
    if function.route:
        authorization(tree, function, one_more)


def authorization(tree: Tree, function: Function, one_more) -> None:
    """A row of who may call the route, and seven more questions, or 42 where it is about an employee."""
    path = "tests/attacks/authorization.rs"
    if function.names_an_employee:
        others, own, foreign = "[401, 401, 401, 403, 403]", "[204, 204, 204, 204, 204, 404]", "[404, 404, 404, 404, 204, 404]"
        row, questions = f"ByTarget({others}, {own}, {foreign})", r"(asked, \d+ \* 7 \+ )(\d+)( \* 7 \* 6)"
    else:
        row, questions = "Each([401, 401, 401, 403, 403, 204, 204])", r"(asked, )(\d+)( \* 7 \+ \d+ \* 7 \* 6)"
    tree.change(path, r"(\[\(&'static str, Value, Answers\); )(\d+)(\])", one_more)
    tree.change(path, questions, one_more)
    tree.change(
        path,
        r"(fn table\(\)(?:.*\n)+?)(    \]\n\}\n)",
        lambda found: f'{found[1]}        ("{function.route}", Value::Null, {row}),\n{found[2]}',
    )


def main(name: str, route: str = "") -> int:
    function, tree = Function(name, route), Tree(ROOT)
    try:
        if wrong := fault(function):
            raise Refused(wrong)
        for place in (crate, local_stack, template, operating, events, tests):
            place(tree, function)
        if route:
            contract(tree, function)
    except Refused as error:
        print(f"new-function: {error}; nothing was changed", file=sys.stderr)
        return 1
    print("\n".join(tree.save()))
    print(REST)
    return 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(*sys.argv[1:]))
