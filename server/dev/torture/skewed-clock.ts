/**
 * Loaded before a Tillpost under torture: its clock is wrong by as many milliseconds as the torture last said. Only what
 * reads the time of day is moved, as when a machine's clock is set: timers go on as they were.
 */
import { CLOCK_OFFSET } from './clock';

let offset = Number(process.env[CLOCK_OFFSET] ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
});

process.on('message', (message) => {
  if (typeof message === 'number') offset = message;
});
// Listening must not keep alive a process that has ended its work.
process.channel?.unref();
