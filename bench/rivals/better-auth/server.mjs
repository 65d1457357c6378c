// better-auth as its documentation sets it up: e-mail and password, codes by mail, a second factor. One process, which is
// Node's usual way; the hashes run on its pool of four threads. Run by `make bench-rivals`, as
// `server.mjs PORT DATABASE PEOPLE`; what it would mail it says on standard output, a line a mail.
//
// Not as documented: the rate limit is off, for all requests come from one address; and the bench imports its people with
// no password, so that nobody's first hash is computed before the run.

import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { emailOTP, twoFactor } from "better-auth/plugins";

const [port, file, people] = process.argv.slice(2);

const database = new DatabaseSync(file);
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");

const auth = betterAuth({
    baseURL: `http://127.0.0.1:${port}`,
    secret: randomBytes(32).toString("base64"),
    database,
    emailAndPassword: { enabled: true },
    plugins: [
        emailOTP({ sendVerificationOTP: async ({ email, otp }) => console.log(JSON.stringify({ to: email, text: otp })) }),
        twoFactor(),
    ],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
});
await (await getMigrations(auth.options)).runMigrations();

const { internalAdapter } = await auth.$context;
for (let number = 0; number < Number(people); number += 1) {
    const email = `member${number}@bench.example`;
    await internalAdapter.createUser({ email, name: `Member Number ${number}`, emailVerified: true });
}
createServer(toNodeHandler(auth)).listen(Number(port), "127.0.0.1");
