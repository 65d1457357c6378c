#!/usr/bin/env bash
# Holds the running API against docs/openapi.yaml with schemathesis: `tests/schemathesis.sh [SEED]`.
#
# Without SEED each run takes a new one and prints it; the same seed sends the same requests again.
#
# Five callers, each with a run of its own over what it may be expected to call:
#   nobody      every operation without a token;
#   admin       every operation with a Security Admin's access token, sign-out aside, and real employees' ids among made-up ones;
#   member      the same with a member's token;
#   recovering  the recovery, with a recovery token; five wrong codes end a recovery, and ten passwords are taken: then the
#               next employee's recovery goes on;
#   leaving     sign-out, with a new session after each.
# Each run sends the document's examples, the limits of every schema and random data, right and wrong, and checks status,
# content type, headers and body of every answer, that wrong data is refused and right data is taken, that no token is
# ignored, and that nothing is a 5xx.
#
# Not checked is that other methods are 405: API Gateway answers 404 for whatever is no route.
set -euo pipefail

seed=${1:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
examples=100
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
stack=''

clean_up() {
    if [ -n "$stack" ]; then
        kill "$stack" 2>/dev/null || true
        wait "$stack" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tools=$("$root/tests/tools/install.sh" schemathesis)

echo "schemathesis: seed $seed"
cd "$root"
cargo build --locked
for variable in "${!READMIT_@}"; do unset "$variable"; done
RUST_LOG=error "${CARGO_TARGET_DIR:-target}/debug/readmit-local" --port 0 --no-portal --no-delivery --log >"$work/ready.json" &
stack=$!
for _ in {1..300}; do
    [ -s "$work/ready.json" ] && break
    kill -0 "$stack" 2>/dev/null || { echo "schemathesis: the stack does not start" >&2; exit 1; }
    sleep 0.1
done
READMIT_API=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["api"])' "$work/ready.json")
export READMIT_API READMIT_SEEN=$work/seen

cat >"$work/hooks.py" <<'PYTHON'
"""Who calls, and whom it concerns."""

import base64, hashlib, hmac, json, os, re, struct, time, urllib.error, urllib.parse, urllib.request

import schemathesis

API, ROLE, SEEN = (os.environ["READMIT_" + name] for name in ("API", "ROLE", "SEEN"))
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ADMIN, MEMBER = "ada@northwind.example", "mike@northwind.example"
ID = re.compile(r"emp_[0-7][0-9A-HJKMNP-TV-Z]{25}")


def call(method, path, body=None, token=None):
    headers = {"content-type": "application/json"} if body is not None else {}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    with OPENER.open(urllib.request.Request(API + path, data, headers, method=method)) as answer:
        return json.loads(answer.read() or "null")


def recovery_of(email):
    """A recovery token, by a passcode of the operator's."""
    event = {"company": {"external_id": "northwind"}, "employees": [], "issue_passcodes": [email]}
    call("POST", "/2015-03-31/functions/import-employees/invocations", event)
    mail = call("GET", "/_local/mail?to=" + urllib.parse.quote(email))["emails"][-1]["text"]
    code = re.search(r"^\s*(\w{4}-\w{4}-\w{4})\s*$", mail, re.MULTILINE)[1]
    return call("POST", "/v1/passcodes/redeem", {"email": email, "code": code})["recovery_token"]


def session_of(email):
    """An access token, by a whole recovery."""
    token = recovery_of(email)
    call("PUT", "/v1/recovery/password", {"password": "plum harbour ladder quartz"}, token)
    secret = call("POST", "/v1/recovery/totp", token=token)["secret"]
    step = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    number = struct.unpack_from(">I", digest, digest[-1] & 15)[0] & 0x7FFFFFFF
    return call("POST", "/v1/recovery/complete", {"code": f"{number % 10**6:06}"}, token)["access_token"]


def employees():
    """A Security Admin's token, everybody, and the cursors of their pages."""
    token, found, cursors = session_of(ADMIN), [], [""]
    while cursors[-1] is not None:
        after = cursors[-1] and "&cursor=" + cursors[-1]
        page = call("GET", "/v1/employees?limit=100" + after, token=token)
        found += page["employees"]
        cursors.append(page["next_cursor"])
    return token, found, cursors[1:-1]


ADMINS_TOKEN, EVERYBODY, CURSORS = employees()
others = (
    one["email"]
    for one in EVERYBODY
    if one["account_type"] == "employee" and one["status"] == "active" and one["email"].isascii()
    if one["email"] not in (ADMIN, MEMBER)
)
NEW_TOKEN = {
    "admin": lambda: ADMINS_TOKEN,
    "member": lambda: session_of(MEMBER),
    "recovering": lambda: recovery_of(next(others)),
    "leaving": lambda: session_of(next(others)),
}
TOKEN = NEW_TOKEN[ROLE]() if ROLE in NEW_TOKEN else None

if TOKEN:

    @schemathesis.auth(refresh_interval=None)
    class Bearer:
        def get(self, case, context):
            return TOKEN

        def set(self, case, data, context):
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def after_call(context, case, response):
    """What is spent is replaced, so that the next case finds the door open."""
    global TOKEN
    with open(SEEN, "a") as seen:
        print(ROLE, case.operation.definition.raw["operationId"], response.status_code, file=seen)
    sent = response.request.headers.get("Authorization")
    is_over = response.status_code in (401, 429) or (ROLE == "leaving" and response.status_code == 204)
    if ROLE in ("recovering", "leaving") and is_over and sent == f"Bearer {TOKEN}":
        if "totp_rejected" not in response.text:
            TOKEN = NEW_TOKEN[ROLE]()


def number_of(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Two of three well-formed ids become those of real people; what is not well-formed stays as it is."""
    made_up = (path_parameters or {}).get("employee_id")
    if isinstance(made_up, str) and ID.fullmatch(made_up) and number_of(made_up) % 3:
        path_parameters["employee_id"] = EVERYBODY[number_of(made_up) % len(EVERYBODY)]["employee_id"]
    return path_parameters


@schemathesis.hook
def map_query(context, query):
    """Two of three cursors become real ones."""
    cursor = (query or {}).get("cursor")
    if isinstance(cursor, str) and number_of(cursor) % 3:
        query["cursor"] = CURSORS[number_of(cursor) % len(CURSORS)]
    return query


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """
    What no schema can say: these may be refused though their form is right. One of them is an Idempotency-Key that an earlier
    case of the run has used.
    """
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    code = response.json()["code"]
    asked = set(case.query or {})
    both = code == "invalid_request" and ({"query", "filter"} <= asked or {"employee_id", "type"} <= asked)
    return not both and code not in ("client_account", "idempotency_key_reused", "invalid_cursor", "password_rejected")
PYTHON

run() {
    local role=$1
    shift
    echo "== schemathesis as $role"
    READMIT_ROLE=$role SCHEMATHESIS_HOOKS=$work/hooks.py "$tools/bin/schemathesis" run "$root/docs/openapi.yaml" --url "$READMIT_API" \
        --checks all --exclude-checks unsupported_method --max-examples "$examples" --seed "$seed" --workers 1 \
        --report-dir "$work/report" --suppress-health-check all --warnings off --no-color "$@" ||
        failed+=("$role")
}

# What schemathesis keeps of a run goes with the rest.
cd "$work"
start=$(date +%s)
failed=()
run nobody
run admin --exclude-operation-id signOut
run member --exclude-operation-id signOut
run recovering --include-tag Recovery
run leaving --include-operation-id signOut
if [ ${#failed[@]} -gt 0 ]; then
    echo "schemathesis: failures as ${failed[*]}; again with: tests/schemathesis.sh $seed" >&2
    exit 1
fi
# A run that opened no door has shown little.
while read -r answer; do
    grep -qx "$answer" "$READMIT_SEEN" || { echo "schemathesis: no answer was: $answer; seed $seed" >&2; exit 1; }
done <<'ANSWERS'
nobody getKeys 200
nobody signIn 401
nobody redeemPasscode 401
admin listEmployees 200
admin listEmployees 400
admin getEmployee 200
admin listAuditEvents 200
admin issuePasscode 201
admin issuePasscode 404
admin issuePasscode 429
member listEmployees 403
member listAuditEvents 403
member issuePasscode 403
recovering setPassword 204
recovering setPassword 422
recovering enrolAuthenticator 200
recovering completeRecovery 401
recovering completeRecovery 409
leaving signOut 204
ANSWERS
echo "schemathesis: no failure with seed $seed in $(($(date +%s) - start)) s"
