/** The time by the service's clock: passcodes end and limits open by it, and a device's clock may be wrong by hours. */

/** A smaller difference counts as none, because the header `Date` has whole seconds. In milliseconds. */
const TOLERANCE = 5_000;

/** How far the device's clock is ahead, in milliseconds. */
let ahead = 0;

/** Milliseconds since 1970, by the service's clock as far as an answer has shown it. */
export const now = () => Date.now() - ahead;

/**
 * Learns the service's time from an answer. The service has read its clock at some time between the request and the answer, so a slow answer
 * alone is no difference.
 *
 * @param {string | null} date  The header `Date` of the answer.
 * @param {number} sentAt  When the request was sent, by the device's clock.
 */
export function learn(date, sentAt) {
  const service = Date.parse(date ?? '');
  if (Number.isNaN(service)) return;
  const [least, most] = [sentAt - service, Date.now() - service];
  if (least > TOLERANCE) ahead = least;
  else if (most < -TOLERANCE) ahead = most;
  else ahead = 0;
}

/** A time of the device's clock as the service's clock tells it. @param {number} at */
export const byService = (at) => at - ahead;
