/** The time by the service's clock: passcodes end and limits open by it, and a device's clock may be wrong by hours. */

/** `Date` has whole seconds, and an answer takes a moment: a smaller difference is none. In milliseconds. */
const TOLERANCE = 5_000;

/** How far the device's clock is ahead, in milliseconds. */
let ahead = 0;

/** Milliseconds since 1970, by the service's clock as far as an answer has shown it. */
export const now = () => Date.now() - ahead;

/** Learns the service's time from an answer. @param {string | null} date  Its header `Date`. */
export function learn(date) {
  const difference = Date.now() - Date.parse(date ?? '');
  if (Number.isFinite(difference)) ahead = Math.abs(difference) > TOLERANCE ? difference : 0;
}

/** A time of the device's clock as the service's clock tells it. @param {number} at */
export const byService = (at) => at - ahead;
