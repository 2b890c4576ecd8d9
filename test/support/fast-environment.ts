import { type Environment, systemEnvironment } from '../../src/index.ts';

/**
 * The real world with a clock that runs `factor` times as fast, so that half a minute of patience
 * passes in a second. Sockets stay as slow as they are: keep the factor below 100.
 */
export function fastEnvironment(factor: number): Environment {
  const { clock } = systemEnvironment;
  const wallStart = clock.now();
  const start = clock.monotonic();
  const monotonic = (): number => (clock.monotonic() - start) * factor;
  return {
    ...systemEnvironment,
    clock: {
      monotonic,
      now: () => wallStart + monotonic(),
      setTimeout: (callback, ms) => clock.setTimeout(callback, ms / factor),
      clearTimeout: clock.clearTimeout,
    },
  };
}
