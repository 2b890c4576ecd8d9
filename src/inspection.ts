import type { Logger } from 'pino';
import type { InspectionEvent, Observer } from 'xstate';

/** Any XState inspection observer, for example `createBrowserInspector().inspect`. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void);

/** Options for an actor that is watched, and does not notice: what the observer throws is logged. */
export function inspection(
  inspect: Inspect | undefined,
  logger: Logger | undefined,
): { inspect?: (event: InspectionEvent) => void } {
  if (inspect === undefined) return {};
  return {
    inspect: (event) => {
      try {
        if (typeof inspect === 'function') inspect(event);
        else inspect.next?.(event);
      } catch (error) {
        logger?.warn({ err: error }, 'an inspection observer threw');
      }
    },
  };
}
