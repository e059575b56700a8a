/**
 * Binds the port that `variable` asks for, else the usual one, else any that is free, and says so then. Bound and not
 * just looked at: of two that start in the same moment each has its own. `bind` returns the port it got.
 */
export async function holdPort(
  variable: string,
  usual: number,
  bind: (port: number) => Promise<number>,
): Promise<number> {
  const asked = process.env[variable];
  if (asked) return bind(Number(asked));
  try {
    return await bind(usual);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  }
  const free = await bind(0);
  console.log(`Port ${usual} is taken, so ${free} is used instead (set ${variable} to choose).`);
  return free;
}
