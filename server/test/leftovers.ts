/** What a test that failed left open: Jest would wait for it for ever. */

const open = new Set<() => Promise<void>>();

/** The same function, called at most once: by the test, or after all tests of its file. */
export function closing(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const once = (): Promise<void> => {
    open.delete(once);
    return (closed ??= close());
  };
  open.add(once);
  return once;
}

afterAll(() => Promise.all([...open].map((close) => close())));
