/** Test pages for the harness itself. They have the content security policy of the portal. */

import { once } from 'node:events';
import { createServer } from 'node:http';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

const STYLE = `
  :root { color-scheme: light dark; }
  body { background: white; color: black; }
  .pale { color: #ccc; }
  .dim { color: #333; }
  @media (prefers-color-scheme: dark) {
    body { background: black; color: white; }
    button { background: #333; color: white; }
    .pale { color: white; }
  }
`;

/** A page with two buttons and the given content. */
const page = (/** @type {string} */ rest) => `<!DOCTYPE html><html lang="en"><head><title>Scratch</title>
  <link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">
  <script type="module" src="/script.js"></script></head>
  <body><main><h1>Scratch</h1><p><button>Refuse me</button> <button>Ask me</button></p>${rest}</main></body></html>`;

/**
 * Serves pages on a free port.
 *
 * @param {string} script What each page runs, as a module.
 * @param {string} [rest] What each page's main part has beside the buttons.
 * @param {string} [policy]
 * @returns {Promise<{ origin: string, end: () => Promise<void> }>}
 */
export async function scratch(script, rest = '', policy = POLICY) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const answer = (/** @type {number} */ status, /** @type {string} */ type, /** @type {string} */ body) => {
      response.writeHead(status, { 'content-type': type, 'content-security-policy': policy }).end(body);
    };
    if (pathname === '/') answer(200, 'text/html; charset=utf-8', page(rest));
    else if (pathname === '/style.css') answer(200, 'text/css', STYLE);
    else if (pathname === '/script.js') answer(200, 'text/javascript', script);
    else if (pathname === '/v1/refuses') answer(401, 'application/problem+json', '{}');
    else if (pathname === '/v1/tokens') answer(200, 'application/json', '{"access_token":"opaque-but-secret"}');
    else if (pathname === '/v1/never') request.resume();
    else if (pathname === '/v1/fine') answer(200, 'application/json', '{}');
    else answer(404, 'text/plain', 'nothing');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${address.port}`,
    end: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
