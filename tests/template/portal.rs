//! The hosted portal: it is optional, its files are private, the whole API is reachable through it, and nothing is cached that must not be.

use std::collections::BTreeMap;

use readmit_local::template::Template;
use serde_json::{Value, json};

use crate::document::{Faults, functions, holds, misses, of_type, root, texts};

/// The JSON pointer to the distribution's configuration.
const DISTRIBUTION: &str = "/Resources/PortalDistribution/Properties/DistributionConfig";

/// The headers of every answer to a browser.
const HEADERS: [(&str, &str); 8] = [
    ("cache-control", "no-cache"),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
];

/// The error statuses that CloudFront caches for ten seconds by default
/// (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html>).
const KEPT_ERRORS: [u64; 10] = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504];

fn distribution(template: &Value) -> &Value {
    template.pointer(DISTRIBUTION).unwrap()
}

/// The behaviours with a path pattern.
fn behaviours(template: &Value) -> impl Iterator<Item = &Value> {
    distribution(template)["CacheBehaviors"].as_array().into_iter().flatten()
}

fn origin<'a>(template: &'a Value, id: &Value) -> &'a Value {
    let mut origins = distribution(template)["Origins"].as_array().into_iter().flatten();
    origins.find(|origin| origin["Id"] == *id).unwrap_or(&Value::Null)
}

fn conditions(template: &Value) -> Faults {
    let of_the_edge = |id: &str, resource: &Value| {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let other = kind.contains("::CloudFront::") || (kind.contains("::S3::") && !id.starts_with("ImportBucket"));
        id.starts_with("Portal") || id.starts_with("Edge") || other
    };
    let is_asked = |of: &Value| of["Condition"].as_str().is_some_and(|name| name.contains("Portal"));
    let named = |kind: &str| template[kind].as_object().unwrap().iter();
    let there = named("Resources").chain(named("Outputs")).filter(|(id, of)| of_the_edge(id, of) && !is_asked(of));
    let mut faults: Faults = there.map(|(id, _)| format!("{id} is there without being asked for")).collect();
    for (name, condition) in named("Conditions").filter(|(name, _)| name.starts_with("HasPortal")) {
        let optional = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "PortalWebAclArn"}, ""]}]});
        let is_hosted = texts(condition).iter().any(|text| ["HostsPortal", "HasPortalDomain"].contains(text));
        if !is_hosted && *condition != optional {
            faults.push(format!("{name} can be true where no portal is hosted"));
        }
    }
    if template["Parameters"]["HostPortal"]["Default"] != "false" {
        faults.push("a portal is hosted unasked".to_owned());
    }
    faults
}

fn secret(template: &Value) -> Faults {
    let mut faults = Faults::new();
    let value = json!({"Fn::Sub": "{{resolve:secretsmanager:${EdgeSecret}:SecretString}}"});
    let told = json!({"Fn::If": ["HostsPortal", value, ""]});
    let variable = "/Environment/Variables/READMIT_EDGE_SECRET";
    if template["Globals"]["Function"].pointer(variable) != Some(&told) {
        faults.push("the functions do not know the edge's secret".to_owned());
    }
    let others = functions(template).filter(|(_, function)| function["Properties"].pointer(variable).is_some());
    faults.extend(others.map(|(id, _)| format!("{id} knows another secret")));
    let source = std::fs::read_to_string(root().join("shared/src/trusted_proxy.rs")).unwrap();
    let header = &origin(template, &json!("api"))["OriginCustomHeaders"];
    let name = header[0]["HeaderName"].as_str().unwrap_or_default();
    if header[0]["HeaderValue"] != value || !source.contains(&format!("SECRET_HEADER: &str = \"{name}\"")) {
        faults.push("the edge does not show its secret".to_owned());
    }
    let generated = &template["Resources"]["EdgeSecret"]["Properties"];
    if generated["GenerateSecretString"]["PasswordLength"].as_u64() < Some(64) {
        faults.push("the edge's secret is short".to_owned());
    }
    if !texts(&generated["Name"]).iter().any(|text| text.contains("${EdgeSecretGeneration}")) {
        faults.push("the edge's secret stays what it is".to_owned());
    }
    faults
}

/// Whether the API's behaviours match its routes and forward what the functions read.
fn routes(template: &Value) -> Faults {
    let mut faults = Faults::new();
    let of_the_api: Vec<&Value> = behaviours(template).filter(|of| of["TargetOriginId"] == "api").collect();
    let reaches = |behaviour: &Value, path: &str| {
        path.starts_with(behaviour["PathPattern"].as_str().unwrap_or_default().trim_end_matches('*'))
    };
    let routes: Vec<_> = Template::of_this_build().unwrap().functions.into_iter().flat_map(|of| of.routes).collect();
    for route in &routes {
        let mut reaching = of_the_api.iter().filter(|behaviour| reaches(behaviour, &route.path));
        if !reaching.any(|of| texts(&of["AllowedMethods"]).contains(&&*route.method)) {
            faults.push(format!("{} {} is not behind the edge", route.method, route.path));
        }
    }
    for behaviour in of_the_api {
        let pattern = behaviour["PathPattern"].as_str().unwrap_or_default();
        if !routes.iter().any(|route| reaches(behaviour, &route.path)) {
            faults.push(format!("{pattern} leads to no route"));
        }
        if behaviour["ViewerProtocolPolicy"] != "https-only" {
            faults.push(format!("{pattern} is asked in the clear"));
        }
        let policy = |member: &str| &template["Resources"][behaviour[member]["Ref"].as_str().unwrap_or_default()];
        let key = &policy("CachePolicyId")["Properties"]["CachePolicyConfig"];
        if pattern == "/v1/*" {
            let request = &policy("OriginRequestPolicyId")["Properties"]["OriginRequestPolicyConfig"];
            let in_key = &key["ParametersInCacheKeyAndForwardedToOrigin"];
            let mut headers = texts(&in_key["HeadersConfig"]["Headers"]);
            headers.extend(texts(&request["HeadersConfig"]["Headers"]));
            let read = ["Authorization", "CloudFront-Viewer-Address", "Content-Type", "Idempotency-Key", "User-Agent"];
            let cookies = texts(&request["CookiesConfig"]["Cookies"]);
            let query = &in_key["QueryStringsConfig"]["QueryStringBehavior"];
            if headers != read || cookies != ["__Host-readmit-device"] || query != "all" {
                faults.push(format!("{pattern} lets through {headers:?} {cookies:?}"));
            }
            if behaviour["Compress"] != false {
                faults.push(format!("{pattern} compresses secrets"));
            }
        }
        if (&key["MinTTL"], &key["DefaultTTL"]) != (&json!(0), &json!(0)) {
            faults.push(format!("{pattern} is kept longer than it says"));
        }
    }
    let kept = |status: &u64| {
        let mut errors = distribution(template)["CustomErrorResponses"].as_array().into_iter().flatten();
        !errors.any(|error| *error == json!({"ErrorCode": status, "ErrorCachingMinTTL": 0}))
    };
    faults.extend(KEPT_ERRORS.iter().filter(|status| kept(status)).map(|status| format!("{status} is kept")));
    faults
}

fn headers(template: &Value) -> Faults {
    let policy = &template["Resources"]["PortalHeaders"]["Properties"]["ResponseHeadersPolicyConfig"];
    let security = &policy["SecurityHeadersConfig"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    for item in policy["CustomHeadersConfig"]["Items"].as_array().into_iter().flatten() {
        told.insert(text(&item["Header"]).to_ascii_lowercase(), text(&item["Value"]));
    }
    for (name, header) in security.as_object().into_iter().flatten() {
        let (name, value) = match name.as_str() {
            "ContentSecurityPolicy" => ("content-security-policy", text(&header["ContentSecurityPolicy"])),
            "ContentTypeOptions" => ("x-content-type-options", "nosniff".to_owned()),
            "ReferrerPolicy" => ("referrer-policy", text(&header["ReferrerPolicy"])),
            "StrictTransportSecurity" => {
                let rest = match (&header["IncludeSubdomains"], &header["Preload"]) {
                    (Value::Bool(true), Value::Bool(false)) => "; includeSubDomains",
                    _ => "; something else",
                };
                ("strict-transport-security", format!("max-age={}{rest}", header["AccessControlMaxAgeSec"]))
            }
            other => (other, header.to_string()),
        };
        told.insert(name.to_owned(), value);
    }
    let wanted: BTreeMap<String, String> = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut faults = Faults::new();
    if told != wanted {
        faults.push(format!("browsers are told {told:#?}"));
    }
    let all = behaviours(template).chain([&distribution(template)["DefaultCacheBehavior"]]);
    let silent = all.filter(|behaviour| behaviour["ResponseHeadersPolicyId"] != json!({"Ref": "PortalHeaders"}));
    faults.extend(silent.map(|behaviour| format!("{} tells browsers nothing", behaviour["PathPattern"])));
    let kept = policy["CustomHeadersConfig"]["Items"].as_array().into_iter().flatten();
    let overrides = |item: &&Value| item["Override"] != json!(item["Header"] != "Cache-Control");
    faults.extend(kept.filter(overrides).map(|item| format!("{} gives way, or does not", item["Header"])));
    faults
}

fn files(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, bucket) in of_type(template, "AWS::S3::Bucket") {
        let properties = &bucket["Properties"];
        let shut = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
        if !shut.iter().all(|of| properties["PublicAccessBlockConfiguration"][of] == true) {
            faults.push(format!("{id} can be opened to all"));
        }
        if properties["OwnershipControls"] != json!({"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}) {
            faults.push(format!("{id} knows access control lists"));
        }
    }
    let statements =
        template["Resources"]["PortalBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"].as_array();
    let statements: Vec<&Value> = statements.into_iter().flatten().collect();
    let of_this_distribution =
        |of: &Value| of["Condition"]["StringEquals"]["aws:SourceArn"].to_string().contains("${PortalDistribution}");
    let allows = statements.iter().filter(|of| of["Effect"] == "Allow");
    let foreign = allows.filter(|of| of["Action"] != "s3:GetObject" || !of_this_distribution(of));
    faults.extend(foreign.map(|of| format!("the bucket allows {of}")));
    let of_tls = json!({"Bool": {"aws:SecureTransport": "false"}});
    if !statements.iter().any(|of| of["Effect"] == "Deny" && of["Action"] == "s3:*" && of["Condition"] == of_tls) {
        faults.push("the bucket is read in the clear".to_owned());
    }
    let default = &distribution(template)["DefaultCacheBehavior"];
    let from = origin(template, &default["TargetOriginId"]);
    if from["OriginAccessControlId"] != json!({"Ref": "PortalFilesAccess"}) {
        faults.push("the files are asked for by nobody".to_owned());
    }
    if default["AllowedMethods"] != json!(["GET", "HEAD"]) || default["ViewerProtocolPolicy"] != "redirect-to-https" {
        faults.push("the files are more than read, or in the clear".to_owned());
    }
    faults
}

#[test]
fn nothing_of_the_portal_is_there_unasked() {
    holds(conditions);
    misses(conditions, "/Resources/PortalBucket/Condition", Value::Null, "PortalBucket is there");
    misses(conditions, "/Resources/EdgeSecret/Condition", Value::Null, "EdgeSecret is there");
    misses(conditions, "/Outputs/PortalUpload/Condition", Value::Null, "PortalUpload is there");
    misses(conditions, "/Resources/Site", json!({"Type": "AWS::S3::Bucket"}), "Site is there");
    let alone = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "PortalDomainName"}, ""]}]});
    misses(conditions, "/Conditions/HasPortalDomain", alone, "HasPortalDomain can be true");
    misses(conditions, "/Parameters/HostPortal/Default", json!("true"), "a portal is hosted unasked");
}

#[test]
fn edge_and_functions_know_one_secret_that_can_be_changed() {
    holds(secret);
    let variables = "/Globals/Function/Environment/Variables/READMIT_EDGE_SECRET";
    misses(secret, variables, json!({"Ref": "EdgeSecret"}), "the functions do not know");
    let own = json!({"Variables": {"READMIT_EDGE_SECRET": "another"}});
    misses(secret, "/Resources/SignInFunction/Properties/Environment", own, "SignInFunction knows another secret");
    let named = json!([{"Id": "api", "OriginCustomHeaders": [{"HeaderName": "x-secret"}]}]);
    misses(secret, &format!("{DISTRIBUTION}/Origins"), named, "the edge does not show its secret");
    let generated = "/Resources/EdgeSecret/Properties/GenerateSecretString/PasswordLength";
    misses(secret, generated, json!(16), "the edge's secret is short");
    misses(secret, "/Resources/EdgeSecret/Properties/Name", json!("edge"), "stays what it is");
}

#[test]
fn the_api_is_whole_behind_the_edge_and_nothing_of_it_is_kept() {
    holds(routes);
    misses(routes, &format!("{DISTRIBUTION}/CacheBehaviors"), json!([]), "POST /v1/sessions is not behind the edge");
    misses(routes, &format!("{DISTRIBUTION}/CustomErrorResponses"), json!([]), "503 is kept");
    let behaviour = |member: &str| format!("{DISTRIBUTION}/CacheBehaviors/0/{member}");
    misses(routes, &behaviour("AllowedMethods"), json!(["GET", "HEAD"]), "PUT /v1/recovery/password is not behind");
    misses(routes, &behaviour("PathPattern"), json!("/v2/*"), "/v2/* leads to no route");
    misses(routes, &behaviour("ViewerProtocolPolicy"), json!("allow-all"), "/v1/* is asked in the clear");
    misses(routes, &behaviour("Compress"), json!(true), "/v1/* compresses secrets");
    let caching = |member: &str| format!("/Resources/PortalApiCaching/Properties/CachePolicyConfig/{member}");
    misses(routes, &caching("DefaultTTL"), json!(60), "/v1/* is kept longer");
    let requests = "/Resources/PortalApiRequests/Properties/OriginRequestPolicyConfig/HeadersConfig/Headers";
    misses(routes, requests, json!(["CloudFront-Viewer-Address", "Host"]), "/v1/* lets through");
}

#[test]
fn browsers_are_told_the_portals_policy_to_the_letter() {
    holds(headers);
    let policy = "/Resources/PortalHeaders/Properties/ResponseHeadersPolicyConfig";
    let lax = json!({"ContentSecurityPolicy": "default-src *", "Override": true});
    misses(headers, &format!("{policy}/SecurityHeadersConfig/ContentSecurityPolicy"), lax, "browsers are told");
    misses(headers, &format!("{policy}/SecurityHeadersConfig/ReferrerPolicy"), Value::Null, "browsers are told");
    misses(headers, &format!("{policy}/SecurityHeadersConfig/XSSProtection"), json!({}), "browsers are told");
    let preloaded = format!("{policy}/SecurityHeadersConfig/StrictTransportSecurity/Preload");
    misses(headers, &preloaded, json!(true), "something else");
    misses(headers, &format!("{policy}/CustomHeadersConfig/Items/0/Override"), json!(true), "gives way, or does not");
    misses(
        headers,
        &format!("{DISTRIBUTION}/CacheBehaviors/0/ResponseHeadersPolicyId"),
        Value::Null,
        "\"/v1/*\" tells browsers nothing",
    );
}

#[test]
fn the_files_are_read_through_the_distribution_alone() {
    holds(files);
    let bucket = |member: &str| format!("/Resources/PortalBucket/Properties/{member}");
    misses(files, &bucket("PublicAccessBlockConfiguration"), Value::Null, "PortalBucket can be opened to all");
    misses(files, &bucket("OwnershipControls"), Value::Null, "PortalBucket knows access control lists");
    let statements = "/Resources/PortalBucketPolicy/Properties/PolicyDocument/Statement";
    let open = json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]);
    misses(files, statements, open.clone(), "the bucket allows");
    misses(files, statements, open, "the bucket is read in the clear");
    let origin = json!([{"Id": "files"}, {"Id": "api"}]);
    misses(files, &format!("{DISTRIBUTION}/Origins"), origin, "the files are asked for by nobody");
    misses(
        files,
        &format!("{DISTRIBUTION}/DefaultCacheBehavior/AllowedMethods"),
        json!(["GET", "PUT"]),
        "are more than read",
    );
}
