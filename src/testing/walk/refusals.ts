/** What cannot be walked is refused before it passes: callers may use plain JavaScript. */
import { STEP_NAMES } from './catalogue.ts';
import type { ObservedApproval } from './observed.ts';

const names = new Set<string>(STEP_NAMES);

/** @throws Error that names what is no step */
export function checkNames(where: string, given: readonly string[]): void {
  for (const name of given) checkName(where, name);
}

function checkName(where: string, name: string): void {
  if (!names.has(name))
    throw new Error(
      `${where} has ${quoted(name)}, which is no step of a walk; see the type StepName for their names`,
    );
}

/** @throws Error that names what a system has not, or has too much */
export function checkSystem(system: unknown): void {
  const steps = fieldOf(system, 'steps');
  if (typeof steps !== 'object' || steps === null)
    throw new Error(
      'makeSystem() gave no steps; give an object of functions, named as in StepName',
    );
  for (const [name, make] of Object.entries(steps)) {
    checkName('steps', name);
    if (make !== undefined && typeof make !== 'function')
      throw new Error(`steps has no function for "${name}"; give one, or leave the step out`);
  }
  for (const name of ['observe', 'close'])
    if (typeof fieldOf(system, name) !== 'function')
      throw new Error(`makeSystem() gave no ${name}; give a function of this name`);
}

const STATUSES = {
  waiting: true,
  granted: true,
  denied: true,
  timeout: true,
  withdrawn: true,
  failed: true,
} satisfies Record<ObservedApproval['status'], true>;

/** @throws Error where nothing could be compared */
export function checkObservation(observation: unknown): void {
  const all: readonly unknown[] = Array.isArray(observation) ? observation : [observation];
  if (all.length === 0)
    throw new Error('observe() gave an empty list; give one observation for each approval');
  for (const seen of all) {
    const status = fieldOf(seen, 'status');
    if (typeof status !== 'string' || !Object.hasOwn(STATUSES, status))
      throw new Error(
        `observe() gave the status ${quoted(status)}; give one of ${Object.keys(STATUSES).join(', ')}`,
      );
  }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

export const quoted = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value);
