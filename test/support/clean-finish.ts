import { beforeEach, onTestFinished } from 'vitest';
import {
  type CleanFinishOptions,
  expectCleanFinish,
  openHandles,
} from '../../src/testing/clean-finish.ts';

/**
 * Fails each test of the file or `describe` that leaves a server, socket or timer open. Call it
 * before any other `beforeEach`: callbacks of `onTestFinished` run last in, first out, so that this
 * looks after every `afterEach`, and after what the test itself closes at its end.
 */
export function expectCleanFinishOfEachTest(options?: CleanFinishOptions): void {
  beforeEach(() => {
    const before = openHandles();
    onTestFinished(() => expectCleanFinish(before, options));
  });
}
