/** Whether reminders make a difference: two shares, and how sure one can be of what lies between them. Pure. */
import type { HoldoutComparison, RecoveryGroup } from '../../shared/api';

/** Fewer on either side say nothing, whatever they say. */
const FEWEST = 50;
/** Of a normal distribution, 95 percent lie within. */
const Z = 1.96;

/** The interval is Newcombe's, of Wilson's scores (Statistics in Medicine 17, 1998, method 10): good for small numbers too. */
export function compareGroups(heldOut: RecoveryGroup, others: RecoveryGroup): HoldoutComparison {
  const groups = { held_out: heldOut, others };
  if (heldOut.failed === 0 || others.failed === 0) return { ...groups, difference: null, verdict: 'too_few' };
  const [a, b] = [wilson(others), wilson(heldOut)];
  const points = a.share - b.share;
  const low = points - Math.hypot(a.share - a.low, b.high - b.share);
  const high = points + Math.hypot(a.high - a.share, b.share - b.low);
  const difference = { points: percent(points), low: percent(low), high: percent(high) };
  const isEnough = Math.min(heldOut.failed, others.failed) >= FEWEST;
  const verdict = !isEnough ? 'too_few' : low > 0 ? 'more' : high < 0 ? 'fewer' : 'no_difference';
  return { ...groups, difference, verdict };
}

function wilson({ failed: n, recovered }: RecoveryGroup) {
  const share = recovered / n;
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  return { share, low: middle - half, high: middle + half };
}

/** With one digit. */
const percent = (share: number): number => Math.round(share * 1_000) / 10;
