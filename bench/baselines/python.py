"""The page of employees that list-employees reads, by boto3, one request after the other: it knows no other way.

A function for the Runtime API, run by `make bench-cold-start`.
"""

import json
import os
import urllib.request

import boto3

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
TABLE = os.environ["READMIT_EMPLOYEES_TABLE"]
client = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])

while True:
    with urllib.request.urlopen(f"{RUNTIME}/next") as event:
        event.read()
        request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    key = {"company_id": {"S": "cmp_0"}, "employee_id": {"S": "emp_0"}}
    client.get_item(TableName=TABLE, Key=key, ConsistentRead=True)
    page = client.query(
        TableName=TABLE,
        IndexName="by_name",
        KeyConditionExpression="company_id = :company_id",
        ExpressionAttributeValues={":company_id": {"S": "cmp_0"}},
        Limit=50,
    )
    answer = json.dumps({"count": page["Count"]}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{RUNTIME}/{request_id}/response", data=answer)).read()
