/** A server that is started once and stopped once, in whatever order it is told to. */
import { CountersignError } from '../errors.ts';

export interface Started {
  stop(): Promise<void>;
}

export interface Startable<Running> {
  /** @throws CountersignError `closed` after `close`, and what starting it throws */
  readonly listen: () => Promise<void>;
  /** Leaves nothing open; may be called again. */
  readonly close: () => Promise<void>;
  /** What runs. @throws CountersignError `closed` where it does not */
  readonly running: Running;
}

/** @param name what it is called in errors: `platform` */
export function createStartable<Running extends Started>(
  name: string,
  start: () => Promise<Running>,
): Startable<Running> {
  let starting: Promise<Running> | undefined;
  let running: Running | undefined;
  let closing: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    const started = await starting?.catch(() => undefined);
    running = undefined;
    await started?.stop();
  };
  return {
    listen: async () => {
      if (closing !== undefined) throw new CountersignError('closed', `the ${name} was closed`);
      starting ??= start();
      const started = await starting;
      if (closing === undefined) running = started;
    },
    close: () => {
      closing ??= stop();
      return closing;
    },
    get running() {
      if (running === undefined)
        throw new CountersignError('closed', `the ${name} is not listening`);
      return running;
    },
  };
}
