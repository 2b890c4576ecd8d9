import { expect, it } from 'vitest';
import { shareNext } from '../src/share-next.ts';

/** Work whose runs end when the test says so. */
function work() {
  const runs: PromiseWithResolvers<number>[] = [];
  const ask = shareNext(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  return { ask, runs };
}

it('shares the next run with all who ask while one is under way', async () => {
  const { ask, runs } = work();
  const first = ask();
  const others = [ask(), ask(), ask()];
  expect(runs).toHaveLength(1);
  runs[0]?.resolve(1);
  expect(await first).toBe(1);
  await Promise.resolve();
  expect(runs).toHaveLength(2);
  runs[1]?.resolve(2);
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
});

it('runs again for who asks later', async () => {
  const { ask, runs } = work();
  const first = ask();
  runs[0]?.resolve(1);
  await first;
  const second = ask();
  runs[1]?.resolve(2);
  expect(await second).toBe(2);
});

it('tells a failure to those whose run it was, and to nobody else', async () => {
  const { ask, runs } = work();
  const first = ask();
  const second = ask();
  runs[0]?.reject(new Error('no'));
  await expect(first).rejects.toThrow('no');
  runs[1]?.resolve(2);
  expect(await second).toBe(2);
});
