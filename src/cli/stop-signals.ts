/** Ctrl-C and its relatives as an `AbortSignal`. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals extends Disposable {
  /** Aborted by the first of SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}

/**
 * Takes over the signals that would end the process, until it is disposed of.
 * @param onStop called for each, with how many came before
 */
export function stopSignals(onStop: (before: number) => void = () => undefined): StopSignals {
  const stopping = new AbortController();
  let count = 0;
  const stop = (): void => {
    onStop(count);
    count += 1;
    stopping.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: stopping.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
