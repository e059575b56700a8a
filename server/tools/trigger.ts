/** `npm run trigger -- <event type> [--email …] [--name …] [--account …]`: the local Stripe sends that event. */
import { parseArgs } from 'node:util';
import { EVENT_TYPES, isEventType } from '../../shared/catalogue';

const USAGE = 'npm run trigger -- <event type> [--email …] [--name …] [--account …]';

async function main(): Promise<string> {
  const { type, ...options } = readArguments();
  const url = `http://127.0.0.1:${process.env.SANDBOX_PORT ?? 4243}`;
  const answer = await send(url, { type, ...options });
  if (!answer) throw new Error(`The local Stripe is not running at ${url}. Start it with npm run demo or npm run dev.`);
  const body = (await answer.json()) as { id?: string; account?: string; error?: { message: string } };
  if (!answer.ok) throw new Error(body.error?.message ?? `The local Stripe answered ${answer.status}.`);
  return `Sent ${type} as ${body.id} for ${body.account}.`;
}

function readArguments() {
  const text = { type: 'string' } as const;
  const options = { email: text, name: text, account: text };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [type] = positionals;
  if (type === undefined || !isEventType(type))
    throw new Error(
      `${type === undefined ? 'Which event?' : `${type} is not an event Tillpost supports.`}\n\n${USAGE}\n\n` +
        `Event types:\n${EVENT_TYPES.map((known) => `  ${known}`).join('\n')}`,
    );
  return { type, ...values };
}

/** Undefined when nobody listens there. */
async function send(url: string, body: object): Promise<Response | undefined> {
  try {
    return await fetch(`${url}/_sandbox/trigger`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

main().then(
  (sentence) => console.log(sentence),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
