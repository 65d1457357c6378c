// The page of employees that list-employees reads, by the AWS SDK for JavaScript: a function for the Runtime API, run by
// `make bench-cold-start`.

import { DynamoDBClient, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";

const RUNTIME = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
const TableName = process.env.READMIT_EMPLOYEES_TABLE;
const client = new DynamoDBClient({ endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB });

for (;;) {
    const event = await fetch(`${RUNTIME}/next`);
    await event.text();
    const requestId = event.headers.get("lambda-runtime-aws-request-id");
    const Key = { company_id: { S: "cmp_0" }, employee_id: { S: "emp_0" } };
    const query = new QueryCommand({
        TableName,
        IndexName: "by_name",
        KeyConditionExpression: "company_id = :company_id",
        ExpressionAttributeValues: { ":company_id": { S: "cmp_0" } },
        Limit: 50,
    });
    // Both at once, as list-employees has them.
    const caller = client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    const [, page] = await Promise.all([caller, client.send(query)]);
    const body = JSON.stringify({ count: page.Count });
    await fetch(`${RUNTIME}/${requestId}/response`, { method: "POST", body });
}
