/**
 * `npm run trigger -- <event type> [--email …] [--name …] [--account …]`: the local Stripe sends that event.
 * `npm run trigger -- --advance 30d`: time moves on there, with all that comes of it.
 */
import { parseArgs } from 'node:util';
import { CHOICE_TYPES, isChoiceType } from '../../shared/catalogue';

const USAGE = `npm run trigger -- <event type> [--email …] [--name …] [--account …]
npm run trigger -- --advance 30d`;

async function main(): Promise<string> {
  const { advance, type, ...options } = readArguments();
  if (advance !== undefined) return (await send('advance', { by: advance })).sentence ?? '';
  const { id, account, type: sent } = await send('trigger', { type, ...options });
  return `Sent ${type === sent ? type : `${sent}, which tells of ${type},`} as ${id} for ${account}.`;
}

function readArguments() {
  const text = { type: 'string' } as const;
  const options = { email: text, name: text, account: text, advance: text };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [type] = positionals;
  if (values.advance !== undefined && type !== undefined)
    throw new Error(`Either an event or --advance, not both.\n\n${USAGE}`);
  if (values.advance !== undefined) return { type, ...values };
  if (type === undefined || !isChoiceType(type))
    throw new Error(
      `${type === undefined ? 'Which event?' : `${type} is not an event Tillpost supports.`}\n\n${USAGE}\n\n` +
        `Event types:\n${CHOICE_TYPES.map((known) => `  ${known}`).join('\n')}`,
    );
  return { type, ...values };
}

interface Answer {
  id?: string;
  type?: string;
  account?: string;
  sentence?: string;
  error?: { message: string };
}

/** Throws in a sentence when nobody listens there, or the local Stripe refuses. */
async function send(what: 'trigger' | 'advance', body: object): Promise<Answer> {
  const url = `http://127.0.0.1:${process.env.SANDBOX_PORT ?? 4243}`;
  const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/_sandbox/${what}`, request).catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(`The local Stripe is not running at ${url}. Start it with npm run demo or npm run dev.`);
  });
  const said = (await answer.json()) as Answer;
  if (!answer.ok) throw new Error(said.error?.message ?? `The local Stripe answered ${answer.status}.`);
  return said;
}

main().then(
  (sentence) => console.log(sentence),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
