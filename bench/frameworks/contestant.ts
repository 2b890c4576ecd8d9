/** What every contestant does, so that one measurement fits all: gate reached, pending, decision, result. */

/** Approvals that wait, all at once. */
export interface Waiting {
  /**
   * Says yes to each, one at a time while the others wait.
   * @returns from each decision until its result was known, µs
   * @throws Error where a result is no yes
   */
  decideAll(): Promise<number[]>;
}

/** A way to have an approval; lives in a process of its own. */
export interface Contestant {
  /** Brings so many approvals to where each waits for its decision. */
  reach(count: number): Promise<Waiting>;
  /** Ends everything that it started. */
  close(): Promise<void>;
}

/** What is asked, the same words for all. */
export const askOf = (index: number): { readonly action: string; readonly reason: string } => ({
  action: `Refund order ${index}`,
  reason: 'The parcel was lost; the customer asked twice.',
});

/** As many at once as one client may well have under way while it asks. */
const AT_ONCE = 64;

/** Calls `begin` with 0 to `count` - 1, some at once. @returns what each made, in order */
export async function inBatches<Result>(
  count: number,
  begin: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from);
    results.push(
      ...(await Promise.all(Array.from({ length }, (_, offset) => begin(from + offset)))),
    );
  }
  return results;
}

/** A framework that sends nothing: the decision is given, and the result comes, in this process. */
export interface Gate<Pending> {
  /** Resolves when the approval waits. `index` never comes twice. */
  ask(index: number): Promise<Pending>;
  /** Gives the decision. @returns the result: whether it was a yes */
  approve(pending: Pending): Promise<boolean>;
}

export function inProcess<Pending>(gate: Gate<Pending>): Contestant {
  let asked = 0;
  return {
    async reach(count) {
      const first = asked;
      asked += count;
      const pending: (Pending | undefined)[] = await inBatches(count, (index) =>
        gate.ask(first + index),
      );
      return { decideAll: () => decideEach(pending, gate) };
    },
    close: () => Promise.resolve(),
  };
}

async function decideEach<Pending>(
  pending: (Pending | undefined)[],
  gate: Gate<Pending>,
): Promise<number[]> {
  const took: number[] = [];
  for (const [index, one] of pending.entries()) {
    if (one === undefined) throw new Error('decideAll() serves once');
    const from = performance.now();
    if (!(await gate.approve(one))) throw new Error(`approval ${index} was answered with no yes`);
    took.push((performance.now() - from) * 1_000);
    // What has ended is not held here: what a contestant keeps is its own doing.
    pending[index] = undefined;
  }
  return took;
}
