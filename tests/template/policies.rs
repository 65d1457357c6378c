//! The IAM policies: each function may do only its own work, on its own tables.

use readmit_local::template::yaml::to_json;
use serde_json::{Value, json};

use crate::document::{Faults, SOURCE, functions, holds, misses, referred, texts};

/// Every `Allow` statement of any resource.
fn statements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(members) if members.contains_key("Effect") => vec![value],
        Value::Object(members) => members.values().flat_map(statements).collect(),
        Value::Array(items) => items.iter().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}

/// The statements of a function: its own and those of its managed policies.
fn statements_of<'a>(template: &'a Value, function: &'a Value) -> Vec<&'a Value> {
    let policies = function["Properties"]["Policies"].as_array().into_iter().flatten();
    policies.flat_map(|policy| statements(referred(policy).map_or(policy, |id| &template["Resources"][id]))).collect()
}

fn actions(template: &Value) -> Faults {
    let all = statements(&template["Resources"]).into_iter().filter(|statement| statement["Effect"] == "Allow");
    let wild = all.flat_map(|statement| texts(&statement["Action"])).filter(|action| action.contains('*'));
    wild.map(|action| format!("{action} is more than one action")).collect()
}

/// Resources with a `*` and without a comment on the line or above it.
fn resources(source: &str) -> Faults {
    let template = to_json(source).unwrap();
    let all = statements(&template["Resources"]);
    let wild = all.into_iter().flat_map(|statement| texts(&statement["Resource"])).filter(|name| name.contains('*'));
    let has_reason = |name: &&str| {
        let lines: Vec<&str> = source.lines().collect();
        let written = if *name == "*" { "Resource: \"*\"" } else { name };
        let mut places =
            (0..lines.len()).filter(|at| lines[*at].contains(written) && !lines[*at].trim().starts_with('#'));
        places.all(|at| lines[at].contains(" # ") || lines[at - 1].trim().starts_with("# "))
    };
    wild.filter(|name| !has_reason(name))
        .map(|name| format!("{name} is more than one resource, for no reason"))
        .collect()
}

fn own_policies(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, function) in functions(template) {
        let policies = function["Properties"]["Policies"].as_array().map(Vec::as_slice).unwrap_or_default();
        if !policies.iter().any(|policy| policy["Statement"].is_array()) {
            faults.push(format!("{id} has no policy of its own"));
        }
        let ours = |id: &str| template["Resources"][id]["Type"] == "AWS::IAM::ManagedPolicy";
        let foreign =
            policies.iter().filter(|policy| !policy["Statement"].is_array() && !referred(policy).is_some_and(ours));
        faults.extend(foreign.map(|policy| format!("{id} has {policy}, which is not of this template")));
    }
    faults
}

/// Whether a statement allows reading only named attributes of passcodes, without secrets.
fn reads_shown_attributes(statement: &Value) -> bool {
    let secrets = ["secret_hash", "code_selector", "pending_password", "pending_totp_key"];
    let attributes = texts(&statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]);
    statement["Resource"] == json!({"Fn::GetAtt": "PasscodesTable.Arn"})
        && texts(&statement["Action"]) == ["dynamodb:BatchGetItem"]
        && statement["Condition"]["StringEquals"]["dynamodb:Select"] == "SPECIFIC_ATTRIBUTES"
        && !attributes.is_empty()
        && !attributes.iter().any(|name| name.contains('*') || secrets.contains(name))
}

/// Whether a statement allows reading no other row of a rate limit than an admin's.
fn reads_limits_of_admins(statement: &Value) -> bool {
    statement["Resource"] == json!({"Fn::GetAtt": "LimitsTable.Arn"})
        && texts(&statement["Action"])
            .iter()
            .all(|action| ["dynamodb:GetItem", "dynamodb:BatchGetItem"].contains(action))
        && statement["Condition"] == json!({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["codes by *"]}})
}

/// The table operations that this function must not be allowed.
fn reach(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, function) in functions(template) {
        for statement in statements_of(template, function) {
            let reaches = |table: &str| texts(&statement["Resource"]).iter().any(|name| name.contains(table));
            let reads = ["EmployeesTable", "KeysTable", "CursorsSecret"].iter().any(|name| reaches(name));
            let may_list = reads || reads_shown_attributes(statement) || reads_limits_of_admins(statement);
            if id == "ListEmployeesFunction" && !may_list && statement["Resource"] != "*" {
                faults.push(format!("{id} reaches {}", statement["Resource"]));
            }
            if id == "SignInFunction" && reaches("PasscodesTable") {
                faults.push(format!("{id} can issue a code"));
            }
            let in_transactions =
                json!({"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}});
            let puts_alone =
                texts(&statement["Action"]) == ["dynamodb:PutItem"] && statement["Condition"] == in_transactions;
            let may_read = ["ListAuditEventsFunction", "NotifyFunction"].contains(&id);
            let reads_alone = may_read && texts(&statement["Action"]) == ["dynamodb:Query"];
            if reaches("AuditTable") && !puts_alone && !reads_alone {
                faults.push(format!("{id} can do more to the trail than add to it"));
            }
            if reaches("AuditTable") && puts_alone && may_read {
                faults.push(format!("{id} can write what it reads"));
            }
        }
    }
    faults
}

#[test]
fn no_policy_allows_a_star_without_a_reason() {
    holds(actions);
    let action = "/Resources/AskForSecrets/Properties/PolicyDocument/Statement/0";
    let whole = |action: &str| json!([{"Effect": "Allow", "Action": action, "Resource": {"Ref": "CursorsSecret"}}]);
    let statement = action.rsplit_once('/').unwrap().0;
    misses(actions, statement, whole("secretsmanager:*"), "secretsmanager:* is more than one action");
    misses(actions, statement, whole("secretsmanager:Get*"), "secretsmanager:Get* is more than one action");

    assert_eq!(resources(SOURCE), Faults::new());
    let line = "            Action: dynamodb:PutItem\n            Resource: !GetAtt AuditTable.Arn\n";
    let other = |resource: &str| SOURCE.replace(line, &format!("            Action: dynamodb:PutItem\n{resource}\n"));
    assert!(SOURCE.contains(line));
    assert!(!resources(&other("            Resource: \"*\"")).is_empty());
    assert!(!resources(&other("            Resource: !Sub \"${AuditTable.Arn}*\"")).is_empty());
    let with_reason = other("            # AWS has no finer one.\n            Resource: \"arn:aws:x:::*\"");
    assert_eq!(resources(&with_reason), Faults::new());
}

#[test]
fn every_function_has_a_policy_of_its_own() {
    holds(own_policies);
    let policies = "/Resources/RedeemPasscodeFunction/Properties/Policies";
    misses(own_policies, policies, Value::Null, "RedeemPasscodeFunction has no policy of its own");
    misses(
        own_policies,
        policies,
        json!([{"Ref": "AskForSecrets"}]),
        "RedeemPasscodeFunction has no policy of its own",
    );
    misses(own_policies, policies, json!(["AmazonDynamoDBFullAccess"]), "which is not of this template");
}

/// The functions that may read each root secret (S28): only those that use it, and the function that rotates all.
const READERS: [(&str, &[&str]); 7] = [
    ("SessionsSecret", &["SignInFunction", "Reset2faFunction"]),
    ("RecoveriesSecret", &["RedeemPasscodeFunction"]),
    (
        "PasscodesSecret",
        &["IssuePasscodeFunction", "RedeemPasscodeFunction", "ImportEmployeesFunction", "ManageEmployeesFunction"],
    ),
    ("CredentialsSecret", &["SignInFunction", "RedeemPasscodeFunction", "Reset2faFunction"]),
    ("AuthenticatorsSecret", &["SignInFunction", "Reset2faFunction"]),
    ("CursorsSecret", &["ListEmployeesFunction", "ListAuditEventsFunction"]),
    (
        "DisowningSecret",
        &["IssuePasscodeFunction", "RevokePasscodeFunction", "ImportEmployeesFunction", "ManageEmployeesFunction"],
    ),
];

fn read_secrets(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, function) in functions(template) {
        let statements = statements_of(template, function);
        let gets = statements.iter().filter(|one| texts(&one["Action"]).contains(&"secretsmanager:GetSecretValue"));
        let named: Vec<String> = gets.map(|one| one["Resource"].to_string()).collect();
        for (secret, readers) in READERS {
            let reads = named.iter().any(|resource| resource.contains(&format!("\"{secret}\"")));
            if reads != (readers.contains(&id) || id == "RotateRootSecretFunction") {
                faults.push(format!("{id} and {secret}: that it reads it is {reads}"));
            }
        }
        if named.iter().any(|resource| resource.contains('*')) {
            faults.push(format!("{id} may read any secret"));
        }
    }
    faults
}

/// The functions that may publish the public keys of sessions or recoveries.
fn publishers(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, function) in functions(template) {
        for statement in statements_of(template, function) {
            let writes = texts(&statement["Action"]).iter().any(|action| !action.contains("Get"));
            if !writes || !statement["Resource"].to_string().contains("KeysTable") {
                continue;
            }
            let of = statement.pointer("/Condition/ForAllValues:StringEquals/dynamodb:LeadingKeys");
            let own = match id {
                "SignInFunction" | "Reset2faFunction" => json!(["sessions"]),
                "RedeemPasscodeFunction" => json!(["recoveries"]),
                "RotateRootSecretFunction" => json!(["sessions", "recoveries"]),
                _ => Value::Null,
            };
            if of != Some(&own) {
                faults.push(format!("{id} can publish keys of {of:?}"));
            }
        }
    }
    faults
}

#[test]
fn each_root_secret_is_read_by_those_that_need_it_and_nobody_else() {
    holds(read_secrets);
    let get = |secret: &str| {
        let resource = if secret == "*" { json!("*") } else { json!([{"Ref": secret}]) };
        json!([{"Statement": [{"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": resource}]}])
    };
    for function in ["ListEmployeesFunction", "ListAuditEventsFunction", "RedeemPasscodeFunction"] {
        let policies = format!("/Resources/{function}/Properties/Policies");
        for secret in ["SessionsSecret", "AuthenticatorsSecret"] {
            let fault = format!("{function} and {secret}: that it reads it is true");
            misses(read_secrets, &policies, get(secret), &fault);
        }
        misses(read_secrets, &policies, get("*"), "may read any secret");
    }
}

#[test]
fn only_who_signs_publishes_keys() {
    holds(publishers);
    let publish = |keys: Value| {
        let statement = json!({"Effect": "Allow", "Action": ["dynamodb:PutItem"], "Resource": {"Fn::GetAtt": "KeysTable.Arn"},
            "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": keys}}});
        json!([{"Statement": [statement]}])
    };
    for (function, keys) in [
        ("ListEmployeesFunction", "sessions"),
        ("RedeemPasscodeFunction", "sessions"),
        ("SignInFunction", "recoveries"),
    ] {
        let policies = format!("/Resources/{function}/Properties/Policies");
        misses(publishers, &policies, publish(json!([keys])), &format!("{function} can publish keys of"));
    }
}

#[test]
fn secrets_codes_and_the_trail_are_out_of_reach() {
    holds(reach);
    let table = |table: &str, action: &str| json!([{"Statement": [{"Effect": "Allow", "Action": [action], "Resource": {"Fn::GetAtt": format!("{table}.Arn")}}]}]);
    let policies = |function: &str| format!("/Resources/{function}/Properties/Policies");
    let read = "dynamodb:GetItem";
    misses(reach, &policies("ListEmployeesFunction"), table("CredentialsTable", read), "ListEmployeesFunction reaches");
    misses(reach, &policies("SignInFunction"), table("PasscodesTable", read), "SignInFunction can issue a code");
    let shown = json!({"ForAllValues:StringEquals": {"dynamodb:Attributes": ["login", "sent_to"]},
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}});
    let mut secret = shown.clone();
    secret["ForAllValues:StringEquals"]["dynamodb:Attributes"] = json!(["login", "secret_hash"]);
    let unprojected = json!({"ForAllValues:StringEquals": {"dynamodb:Attributes": ["login", "sent_to"]}});
    for condition in [Value::Null, secret, unprojected] {
        let mut policy = table("PasscodesTable", "dynamodb:BatchGetItem");
        policy[0]["Statement"][0]["Condition"] = condition;
        misses(reach, &policies("ListEmployeesFunction"), policy, "ListEmployeesFunction reaches");
    }
    for action in [read, "dynamodb:PutItem", "dynamodb:DeleteItem"] {
        misses(reach, &policies("SignInFunction"), table("AuditTable", action), "can do more to the trail");
        misses(reach, &policies("ListAuditEventsFunction"), table("AuditTable", action), "can do more to the trail");
        misses(reach, &policies("NotifyFunction"), table("AuditTable", action), "can do more to the trail");
    }
    misses(reach, &policies("SignInFunction"), table("AuditTable", "dynamodb:Query"), "can do more to the trail");
    let appends = json!([{"Ref": "AppendToTrail"}]);
    for reader in ["ListAuditEventsFunction", "NotifyFunction"] {
        misses(reach, &policies(reader), appends.clone(), &format!("{reader} can write what it reads"));
    }
}
