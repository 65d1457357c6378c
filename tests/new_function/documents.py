"""What a new function begins with outside Rust: its part of template.yaml, of the OpenAPI document, and its events."""

import json

FUNCTION = """
  @ID@Function:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties: { Binary: @NAME@ }
    Properties:
      CodeUri: functions/@NAME@
      AutoPublishAliasAllProperties: true
      DeploymentPreference: { Alarms: [!Ref @ID@ErrorsAlarm] }
      LoggingConfig: { LogGroup: !Ref @ID@Logs }
      Policies:
        - Version: "2012-10-17"
          Statement:
"""

STATEMENTS_OF_A_ROUTE = """\
            - { Effect: Allow, Action: ["dynamodb:GetItem"], Resource: !GetAtt KeysTable.Arn }
            - { Effect: Allow, Action: ["dynamodb:@READ@"], Resource: !GetAtt EmployeesTable.Arn }
      Events:
        @ID@:
          Type: HttpApi
          Properties: { ApiId: !Ref Api, Method: @METHOD@, Path: "@PATH@" }
"""

STATEMENTS_OF_EVENTS = """\
            - { Effect: Allow, Action: ["dynamodb:BatchGetItem"], Resource: !GetAtt EmployeesTable.Arn }
"""

LOGS = """
  @ID@Logs:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      LogGroupName: !Sub
        - /aws/lambda/${AWS::StackName}/@NAME@/${Unique}
        - Unique: !Select [2, !Split ["/", !Ref AWS::StackId]]
      RetentionInDays: !Ref LogRetentionDays
"""

_ALARM = """
  @ID@@KIND@Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmDescription: >-
        @SENTENCE@ (docs/operating.md).
      AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]
      Namespace: AWS/Lambda
      MetricName: @KIND@
      Dimensions: @DIMENSIONS@
      Statistic: Sum
      Period: @PERIOD@
      EvaluationPeriods: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      Threshold: 1
      TreatMissingData: notBreaching
"""


def _alarm(kind: str, sentence: str, dimensions: str, period: int) -> str:
    parts = {"KIND": kind, "SENTENCE": sentence, "DIMENSIONS": dimensions, "PERIOD": str(period)}
    alarm = _ALARM
    for name, text in parts.items():
        alarm = alarm.replace(f"@{name}@", text)
    return alarm


_NAMED = "{ Name: FunctionName, Value: !Ref @ID@Function }"

ERRORS_ALARM = _alarm(
    "Errors",
    "The function @NAME@ failed or ran out of time",
    f'[{_NAMED}, {{ Name: Resource, Value: !Sub "${{@ID@Function}}:live" }}]',
    60,
)
# The one alarm of all functions' throttles has ten metrics, and no alarm may have more.
THROTTLES_ALARM = _alarm(
    "Throttles",
    "Lambda refused to run the function @NAME@, because the account's concurrency is used up",
    f"[{_NAMED}]",
    300,
)

# The lines of the dashboard: what they are known by, and what a new one says behind the last.
DASHBOARD = {
    "p50": '["AWS/Lambda", "Duration", "FunctionName", "${@ID@Function}", { "label": "@NAME@ p50", "stat": "p50" }]',
    "p99": '["AWS/Lambda", "Duration", "FunctionName", "${@ID@Function}", { "label": "@NAME@ p99", "stat": "p99" }]',
    "Sum": '["AWS/Lambda", "Invocations", "FunctionName", "${@ID@Function}", { "label": "@NAME@", "stat": "Sum" }]',
}

OPERATION = """\
    @VERB@:
      operationId: @OPERATION@
      tags: [@TAG@]
      summary: @SUMMARY@
      description: |
        For Security Admins.
      security:
        - accessToken: []
@PARAMETERS@      responses:
        '204':
          description: Done.
          headers:
            X-Request-Id: { $ref: '#/components/headers/RequestId' }
            Cache-Control: { $ref: '#/components/headers/NoStore' }
            X-Content-Type-Options: { $ref: '#/components/headers/NoSniff' }
        '400': { $ref: '#/components/responses/MalformedJson' }
        '401': { $ref: '#/components/responses/Unauthenticated' }
        '403': { $ref: '#/components/responses/NotSecurityAdmin' }
@NOT_FOUND@        '413': { $ref: '#/components/responses/BodyTooLarge' }
        '415': { $ref: '#/components/responses/UnsupportedMediaType' }
        '422': { $ref: '#/components/responses/InvalidRequest' }
        '429': { $ref: '#/components/responses/Throttled' }
        '500': { $ref: '#/components/responses/Fault' }
        '503': { $ref: '#/components/responses/TemporarilyUnavailable' }
"""

PARAMETERS = "      parameters:\n        - $ref: '#/components/parameters/EmployeeId'\n"
NOT_FOUND = "        '404': { $ref: '#/components/responses/EmployeeNotFound' }\n"

# Whose it is, events/expected.json says.
EMPLOYEE = "emp_01JDEXAMP1E00000000000M1KE"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"
HOST = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"


def request(route: str, has_token: bool) -> str:
    """What the gateway sends for a request without a body, in payload format 2.0."""
    method, path = route.split(" ", 1)
    asked = path.replace("{employee_id}", EMPLOYEE)
    headers = {
        "accept": "application/json",
        "accept-encoding": "gzip, deflate, br",
        "accept-language": "en",
        **({"authorization": "Bearer <access token>"} if has_token else {}),
        "content-length": "0",
        "host": HOST,
        "user-agent": AGENT,
        "x-amzn-trace-id": "Root=1-6968b974-8e7c18b5d223a849abcea45b",
        "x-forwarded-for": "203.0.113.24",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    http = {"method": method, "path": asked, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.24", "userAgent": AGENT}
    context = {
        "accountId": "123456789012",
        "apiId": "a1b2c3d4e5",
        "domainName": HOST,
        "domainPrefix": "a1b2c3d4e5",
        "http": http,
        "requestId": "oGfMpPgEsIuRBBb=",
        "routeKey": route,
        "stage": "$default",
        "time": "15/Jan/2026:09:55:00 +0000",
        "timeEpoch": 1768470900000,
    }
    event = {"version": "2.0", "routeKey": route, "rawPath": asked, "rawQueryString": "", "headers": headers}
    event["requestContext"] = context
    if asked != path:
        event["pathParameters"] = {"employee_id": EMPLOYEE}
    event["isBase64Encoded"] = False
    return json.dumps(event, indent=2) + "\n"


# An invocation about a company that nobody has, and one of another shape.
UNKNOWN_COMPANY = '{\n  "company_id": "cmp_01J00000000000000000000000"\n}\n'
UNKNOWN_FIELD = '{\n  "company_id": "cmp_01J00000000000000000000000",\n  "dry_run": true\n}\n'
