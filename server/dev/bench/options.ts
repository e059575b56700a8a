import { parseArgs } from 'node:util';

export interface Options {
  /** Names of parts; none: those of a usual run. */
  parts: string[];
  /** Connected installs; events are spread over them in turn. */
  accounts: number;
  /** Sockets of the load generator, each with one request at a time. */
  connections: number;
  rounds: number;
  isQuick: boolean;
  /** The root of another checkout, measured in the same rounds. */
  against: string | undefined;
  /** Where the figures also go. */
  json: string | undefined;
}

/** Throws on what it doesn't know. */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      accounts: { type: 'string', default: '1' },
      connections: { type: 'string', default: '64' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      against: { type: 'string' },
      json: { type: 'string' },
    },
  });
  return {
    parts: positionals,
    accounts: countOf('accounts', values.accounts),
    connections: countOf('connections', values.connections),
    rounds: countOf('rounds', values.rounds ?? (values.quick ? '2' : '5')),
    isQuick: values.quick,
    against: values.against,
    json: values.json,
  };
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${name} must be a whole number from 1, not ${text}`);
  return count;
}
