/** Work that a lane goes on with beside the loop, a few at a time. */
import type { Context } from '../context';

export function createBackground(limit: number) {
  const underWay = new Set<Promise<void>>();
  return {
    /** How many more may be started. */
    free: (): number => limit - underWay.size,

    /** `work` records its failures on its row; one that can't even do that is logged, and its lease runs out. */
    start(ctx: Context, work: () => Promise<void>): void {
      const running = work()
        .catch((error: unknown) =>
          ctx.log.error({ err: error }, 'work broke off; its row comes back when its lease ends'),
        )
        .finally(() => {
          underWay.delete(running);
          ctx.nudge();
        });
      underWay.add(running);
    },

    async settle(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
