/**
 * As Promise.all, but what fails is thrown only once all have ended: nothing may go on writing in a transaction that has been
 * undone meanwhile, for it would write outside of it.
 */
export async function allDone<T extends readonly unknown[] | []>(
  promises: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
