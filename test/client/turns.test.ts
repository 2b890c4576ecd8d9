import { expect, it } from 'vitest';
import { Turns } from '../../src/client/turns.ts';

it('does so much at once and no more, in the order in which it was asked for', async () => {
  const turns = new Turns(3);
  const begun: number[] = [];
  const work: PromiseWithResolvers<void>[] = [];
  const all = Array.from({ length: 8 }, (_, index) =>
    turns.take(() => {
      begun.push(index);
      const part = Promise.withResolvers<void>();
      work.push(part);
      return part.promise;
    }),
  );
  expect(begun).toEqual([0, 1, 2]);
  for (let done = 0; done < 8; done += 1) {
    expect(begun.length - done).toBeLessThanOrEqual(3);
    work[done]?.resolve();
    await all[done];
  }
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

it('gives the turn on where the work fails, and tells whose work it was', async () => {
  const turns = new Turns(1);
  const failing = turns.take(() => Promise.reject(new Error('no')));
  const next = turns.take(() => Promise.resolve('yes'));
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await turns.take(() => Promise.resolve('again'))).toBe('again');
});
