import { type Answer, failure, type WireAnswer } from './answers.ts';
import type { FakeWorld } from './handlers.ts';

/** Does what a scripted answer asks for, on the platform and then on the wire. */
export async function carryOut<T>(
  answer: Answer | undefined,
  world: FakeWorld,
  asRecorded: (world: FakeWorld) => T | Promise<T>,
): Promise<T | WireAnswer> {
  switch (answer) {
    case undefined:
    case 'asRecorded':
      return asRecorded(world);
    case 'commitThenReset':
      await asRecorded(world);
      return 'reset';
    case 'commitThen500':
      await asRecorded({ ...world, announce: () => undefined });
      // Made up: what the platform says when it cannot announce was not recorded.
      return failure(500, 'failed to announce');
    default:
      return answer;
  }
}
