/** Who watches the actors, and is not noticed by them. */
import type { InspectionEvent, Observer } from 'xstate';
import type { Listeners } from './events.ts';
import { callGuarded } from './guarded.ts';
import type { Diagnostics } from './guarded-logger.ts';
import { LazyView } from './lazy-view.ts';

/** Any XState inspection observer, for example `createBrowserInspector().inspect`. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

export interface Inspection {
  /** For an actor that is watched. */
  readonly options: { inspect?: (event: InspectionEvent) => void };
  /** How often whoever watches failed. */
  readonly failures: number;
  /** Events that the view was never told. */
  readonly dropped: number;
  close(): Promise<void>;
}

export interface InspectionOptions {
  /** An observer; an address is in `viewUrl`. */
  readonly inspect: Inspect | string | undefined;
  readonly viewUrl: string | undefined;
  readonly listeners: Listeners;
  readonly logger: Diagnostics;
}

/** What an observer throws is logged and counted. */
export function createInspection(options: InspectionOptions): Inspection {
  const { viewUrl, listeners, logger } = options;
  let failures = 0;
  const failed = (error: unknown): void => {
    failures += 1;
    logger.warn('an inspection observer threw', error);
  };
  const view = viewUrl === undefined ? undefined : new LazyView(viewUrl, failed);
  const given = typeof options.inspect === 'string' ? undefined : options.inspect;
  const inspect = view?.inspect ?? functionOf(given);
  if (view !== undefined) listeners.add('audit', view.audit);
  return {
    options:
      inspect === undefined ? {} : { inspect: (event) => callGuarded(inspect, event, failed) },
    get failures() {
      return failures;
    },
    get dropped() {
      return view?.dropped ?? 0;
    },
    close: async () => view?.close(),
  };
}

const functionOf = (inspect: Inspect | undefined) =>
  typeof inspect === 'object' ? (event: InspectionEvent) => inspect.next?.(event) : inspect;
