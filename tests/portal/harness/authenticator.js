/** An authenticator app: RFC 6238 by the stack's clock. */

import { createHmac } from 'node:crypto';

/** Seconds that one code is shown. */
const STEP = 30;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** An app that shows digits. It never shows the digits of a step twice, because the service accepts them once. */
export class Authenticator {
  #lastStep = 0;

  /**
   * @param {import('./stack.js').Stack} stack Whose clock it goes by.
   * @param {string} otpauth The key, as `otpauth://totp/…?secret=…`.
   */
  constructor(stack, otpauth) {
    this.stack = stack;
    this.key = fromBase32(new URL(otpauth).searchParams.get('secret') ?? '');
    if (this.key.length === 0) throw new Error('the URI has no secret');
  }

  /**
   * Six digits that were not used yet. The service accepts those of the next step too; for later ones the clock moves
   * forward.
   *
   * @returns {Promise<string>}
   */
  async digits() {
    let now = Math.floor((await this.stack.now()).getTime() / 1000 / STEP);
    while (this.#lastStep > now) {
      now = Math.floor((await this.stack.advance(STEP)).getTime() / 1000 / STEP);
    }
    this.#lastStep = Math.max(now, this.#lastStep + 1);
    return digitsOf(this.key, this.#lastStep);
  }
}

/**
 * @param {Buffer} key
 * @param {number} step
 */
export function digitsOf(key, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE(mac.readUInt8(mac.length - 1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** @param {string} text */
export function fromBase32(text) {
  let [bits, held] = [0, 0];
  const bytes = [];
  for (const symbol of text.replaceAll('=', '')) {
    const value = BASE32.indexOf(symbol);
    if (value < 0) throw new Error(`${symbol} is no symbol of base32`);
    bits = ((bits << 5) | value) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 0xff);
    }
  }
  return Buffer.from(bytes);
}
