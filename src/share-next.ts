/**
 * For work that many ask for at once. Who asks while it is under way shares the next run with all
 * others who do: what is under way may have begun before they asked, and missed what they mean.
 * @returns asks; resolves or rejects with what the run came to that began after the call
 */
export function shareNext<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | undefined;
  let next: Promise<Value> | undefined;
  const start = (): Promise<Value> => {
    next = undefined;
    const begun = work().finally(() => {
      if (running === begun) running = undefined;
    });
    running = begun;
    return begun;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}
