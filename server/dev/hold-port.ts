/**
 * Binds the port that `variable` asks for, else the usual one, else any that is free, and says so then. Bound and not
 * just looked at: of two that start in the same moment each has its own. Throws in words where the one that was asked for
 * can't be had.
 */
export async function holdPort<T extends number | { port: number }>(
  variable: string,
  usual: number,
  bind: (port: number) => Promise<T>,
): Promise<T> {
  const asked = process.env[variable];
  if (asked) return bindAsked(variable, asked, bind);
  try {
    return await bind(usual);
  } catch (error) {
    if (!isTaken(error)) throw error;
  }
  const bound = await bind(0);
  const free = typeof bound === 'number' ? bound : bound.port;
  console.log(`Port ${usual} is taken, so ${free} is used instead (set ${variable} to choose).`);
  return bound;
}

async function bindAsked<T>(variable: string, asked: string, bind: (port: number) => Promise<T>): Promise<T> {
  if (!/^\d{1,5}$/.test(asked) || Number(asked) > 65_535)
    throw new Error(`${variable}=${asked} is no port: it must be a number from 0 to 65535.`);
  try {
    return await bind(Number(asked));
  } catch (error) {
    if (!isTaken(error)) throw error;
    const words = `${variable}=${asked}: this port is taken by another process. Stop that one, choose another port, or leave ${variable} out.`;
    throw new Error(words, { cause: error });
  }
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
