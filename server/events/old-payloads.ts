/** Which payloads have had their time. */
import { sql } from 'kysely';
import { firstIdAt } from '../db/new-id';
import type { OldRows } from '../db/old-rows';

/**
 * Payloads received before a time (epoch milliseconds); `seq` begins with the time of receipt. An event that still waits
 * keeps its payload however old it is (while an account has to be reconnected, without limit), and so does one that a run
 * needs for its emails.
 */
export const oldPayloads = (before: number): OldRows => ({
  table: 'event_payload',
  key: 'seq',
  end: firstIdAt(before),
  stays: sql`exists (
    select 1 from event e
    where e.account_id = event_payload.account_id and e.livemode = event_payload.livemode and e.seq = event_payload.seq
      and (
        e.status in ('pending', 'waiting')
        or exists (
          select 1 from run r
          where r.account_id = e.account_id and r.livemode = e.livemode and r.event_id = e.id and r.status = 'running'
        )
      )
  )`,
});
