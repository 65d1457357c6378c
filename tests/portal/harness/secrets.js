/** Secrets, which must never be in the URL of a request. */

/** The fields of the API's bodies that hold secrets; without the six digits of an authenticator, because any number could match them. */
const FIELDS = new Set([
  'password', 'code', 'proof', 'token', 'access_token', 'recovery_token', 'secret', 'otpauth_uri', 'backup_codes',
]);

/** A shorter text could be in a URL by chance. */
const SHORTEST = 8;

/** What looks like a secret, whether a body was seen to bear it or not. @type {[string, RegExp][]} */
const LOOKS = [
  ['a passcode', /\b[0-9A-TV-Z]{4}-[0-9A-TV-Z]{4}-[0-9A-TV-Z]{4}\b/i],
  ['a token', /\beyJ[\w-]+\.[\w-]+\.[\w-]+/],
  ['a secret', /\bsecret=|otpauth:/i],
  ['a password', /\bpassword=./i],
];

/**
 * The secrets in a body of the API.
 *
 * @param {unknown} body The JSON.
 * @returns {string[]}
 */
export function secretsIn(body) {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) => {
    if (!FIELDS.has(name)) return secretsIn(value);
    return [value].flat().filter((secret) => typeof secret === 'string' && secret.length >= SHORTEST);
  });
}

/**
 * The passcodes and tokens in the links of mails.
 *
 * @param {import('./stack.js').Mail[]} mails
 * @returns {string[]}
 */
export function secretsOf(mails) {
  const links = mails.flatMap(({ text }) => [...text.matchAll(/\/#\/(?:redeem|disown)\/(\S+)/g)]);
  return links.flatMap(([, secret]) => secret ?? []);
}

/**
 * The secret in a URL, if there is one.
 *
 * @param {string} url
 * @param {Iterable<string>} secrets
 * @returns {string | undefined} In words.
 */
export function secretOf(url, secrets) {
  const plain = readable(url);
  for (const [name, look] of LOOKS) {
    if (look.test(plain)) return name;
  }
  const joined = plain.replaceAll('-', '');
  for (const secret of secrets) {
    if (plain.includes(secret) || joined.includes(secret.replaceAll('-', ''))) return 'what a body bore as a secret';
  }
  return undefined;
}

/** @param {string} url */
function readable(url) {
  try {
    return decodeURIComponent(url.replaceAll('+', ' '));
  } catch {
    // A single per cent sign is no encoding.
    return url;
  }
}
