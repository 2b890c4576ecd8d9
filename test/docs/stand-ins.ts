/**
 * Pages name fixed addresses of this machine, where a developer's own programs may listen. Blocks
 * run with something of the test's own in their place, which must have seen what they ask.
 */
import { expect, vi } from 'vitest';
import { runningView, watchingPage } from '../support/inspect-view.ts';
import { statelyRelay } from '../support/stately.ts';

interface StandIn {
  readonly url: string;
  /** Fails where none of the block's approvals came here, with its end. */
  readonly expectSeen: (code: string) => Promise<void>;
}

/** Each ends with the test. */
export const STAND_INS: ReadonlyMap<string, () => Promise<StandIn>> = new Map([
  ['http://127.0.0.1:7357', ownView],
  ['ws://localhost:8090', ownRelay],
]);

const NAMED = /\b(?:https?|wss?):\/\/(?:localhost|127\.[\d.]+|\[::1\])(?::\d+)?/g;

/** The addresses of this machine in the code that have no stand-in. */
export const unreplaced = (code: string): string[] =>
  (code.match(NAMED) ?? []).filter((address) => !STAND_INS.has(address));

export interface StoodIn {
  readonly code: string;
  readonly expectSeen: () => Promise<void>;
}

/** The code with addresses of the test's own. @throws where it names one that has no stand-in */
export async function withStandIns(code: string): Promise<StoodIn> {
  const [unknown] = unreplaced(code);
  if (unknown !== undefined) throw new Error(`${unknown}: put a stand-in on the list`);
  const used: StandIn[] = [];
  let replaced = code;
  for (const [address, stand] of STAND_INS) {
    if (!code.includes(address)) continue;
    const own = await stand();
    used.push(own);
    replaced = replaced.replaceAll(address, own.url);
  }
  return {
    code: replaced,
    expectSeen: async () => {
      for (const { expectSeen } of used) await expectSeen(code);
    },
  };
}

/** A live view, and a page that looks at it. */
async function ownView(): Promise<StandIn> {
  const { url } = await runningView();
  const page = await watchingPage(url);
  const expectSeen = (code: string): Promise<void> =>
    vi.waitFor(() => {
      const seen = [...page.rows.values()].filter(({ machine }) => machine === 'approval');
      expect(seen).toMatchObject([{ state: 'granted', action: expect.any(String) }]);
      for (const { action } of seen) expect(code).toContain(`'${action}'`);
    });
  return { url, expectSeen };
}

/** A relay as that of Stately's inspector. */
async function ownRelay(): Promise<StandIn> {
  const { url, connections } = await statelyRelay();
  const expectSeen = (): Promise<void> =>
    vi.waitFor(() => {
      const said = connections.flat();
      const ended = said.filter(
        (message) => message.type === '@xstate.snapshot' && message.snapshot.value === 'granted',
      );
      expect(ended.length).toBeGreaterThan(0);
    });
  return { url, expectSeen };
}
