/** Whether this machine and Stripe agree on the time. */
import type { Context } from '../../context';
import { fault, ok, skipped, type Finding } from '../../finding';

/** Well below Stripe's tolerance of 300 s for signatures. */
const MAX_SKEW_S = 60;
const TIMEOUT_MS = 5_000;

/** Any answer has a Date (RFC 9110), also the one to a request without a key. */
export async function examineClock({ config, clock }: Context): Promise<Finding> {
  let date: string | null;
  try {
    const response = await fetch(`${config.stripeApiBase}/v1/account`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    date = response.headers.get('date');
  } catch {
    return fault(
      'Clock',
      `${config.stripeApiBase} can not be reached to compare`,
      'let this machine out to Stripe by https',
    );
  }
  if (!date) return skipped('Clock', 'Stripe told no time to compare with');
  const ahead = Math.round((clock.now() - Date.parse(date)) / 1000);
  if (Math.abs(ahead) <= MAX_SKEW_S) return ok('Clock', `within ${MAX_SKEW_S} s of Stripe's`);
  return fault(
    'Clock',
    `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} Stripe's: good signatures will be refused`,
    'let the machine set its time by NTP',
  );
}
