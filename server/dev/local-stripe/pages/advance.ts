/** Moves time on: for the front page's buttons and `npm run trigger -- --advance 30d`. */
import type { RequestHandler } from 'express';
import { TimeMovesAlready, type Advanced } from '../time/advance';
import { parseSpan, SPAN_HINT } from '../time/span';

export interface AdvanceOptions {
  advance(ms: number): Promise<Advanced>;
  /** How it was moved last; null when it wasn't. */
  lastAdvanced(): Advanced | null;
}

/** JSON is answered in JSON, a form by going back to the front page. */
export const moveTime =
  ({ advance }: Pick<AdvanceOptions, 'advance'>): RequestHandler =>
  async (req, res) => {
    const { by } = (req.body ?? {}) as { by?: unknown };
    const ms = typeof by === 'string' ? parseSpan(by) : undefined;
    if (ms === undefined) {
      res.status(400).json({ error: { code: 'invalid_span', message: `"${String(by)}" is not ${SPAN_HINT}.` } });
      return;
    }
    try {
      const moved = await advance(ms);
      if (req.is('json')) res.json({ ...moved, sentence: sayMoved(moved) });
      else res.redirect(303, '/?moved');
    } catch (error) {
      if (!(error instanceof TimeMovesAlready)) throw error;
      res.status(409).json({ error: { code: 'time_moves', message: error.message } });
    }
  };

/** What moved, and what did not. */
export function sayMoved({ to, events, isAccompanied }: Advanced): string {
  const told = `${events} ${events === 1 ? 'event' : 'events'} happened on the way`;
  const companion = isAccompanied
    ? 'Tillpost’s clock moved along, and what waited there was done.'
    : 'Tillpost runs in another process: its clock did not move, so its waits take as long as they say.';
  return `It is ${new Date(to).toISOString().slice(0, 16).replace('T', ' ')} UTC at the local Stripe now; ${told}. ${companion}`;
}
