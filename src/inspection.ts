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
  const threw = (error: unknown): void =>
    logger?.warn({ err: error }, 'an inspection observer threw');
  return {
    inspect: (event) => {
      try {
        const returned: unknown =
          typeof inspect === 'function' ? inspect(event) : inspect.next?.(event);
        // It may be an async function, whatever its type says.
        if (returned instanceof Promise) returned.catch(threw);
      } catch (error) {
        threw(error);
      }
    },
  };
}
