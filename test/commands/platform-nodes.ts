/** Two servers over one database file, each with a listener of its own, and a clock that stands still. */

import { servedAt } from '../../src/http/served.ts';
import { createFeed, type Feed } from '../../src/platform/feed.ts';
import { silent } from '../../src/platform/logger.ts';
import { newSecret } from '../../src/platform/secrets.ts';
import { createService } from '../../src/platform/service.ts';
import type { ApprovalEvent } from '../../src/platform/storage/events.ts';
import { openStorage, type Storage } from '../../src/platform/storage/index.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { type Call, caller, temporaryFolder } from '../support/platform.ts';

export interface PlatformNode {
  readonly storage: Storage;
  /** Requesters are anonymous. */
  readonly call: Call;
  readonly feed: Feed;
  readonly close: () => Promise<void>;
}

export class PlatformNodes {
  readonly clock: ManualClock = manualClock();
  /** The approver's. */
  readonly token = newSecret();
  /** Numbers of the events that each node's listener was told, over all its lives. */
  readonly heard: [number[], number[]] = [[], []];
  readonly #folder = temporaryFolder();
  readonly #nodes: [PlatformNode | undefined, PlatformNode | undefined] = [undefined, undefined];

  /** @throws Error where it is closed */
  node(index: number): PlatformNode {
    const node = this.#nodes[index];
    if (node === undefined) throw new Error(`node ${index} is closed`);
    return node;
  }

  get opened(): PlatformNode[] {
    return this.#nodes.filter((node) => node !== undefined);
  }

  async open(index: 0 | 1): Promise<void> {
    const { clock, token } = this;
    const storage = openStorage(this.#folder, () => clock.now());
    const served = servedAt('127.0.0.1', 8080, []);
    const service = await createService({ storage, served, token, clock, logger: silent });
    const { events } = storage;
    const feed = createFeed({ events, start: await events.head(), clock, logger: silent });
    await feed.subscribe(listener(this.heard[index]), subscription(this.heard[index].at(-1) ?? 0));
    this.#nodes[index] = {
      storage,
      feed,
      call: caller((path, init) => service.app.request(path, init), { host: '127.0.0.1:8080' }),
      close: async () => {
        await Promise.all([service.close(), feed.close()]);
        await storage.close();
      },
    };
  }

  async close(index: 0 | 1): Promise<void> {
    const node = this.#nodes[index];
    this.#nodes[index] = undefined;
    await node?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
    await this.close(1);
  }
}

const subscription = (since: number, workspaceId: string | null = null) => ({
  workspaceId,
  since,
  credential: { kind: 'none' as const },
});

const listener = (heard: number[]) => ({
  closed: false,
  send: async (event: ApprovalEvent) => {
    heard.push(event.seq);
  },
});

/** What one who comes now is told of what happened after `since`. */
export async function replayed(
  { storage: { events } }: PlatformNode,
  clock: ManualClock,
  since: number,
  workspaceId: string | null,
): Promise<number[]> {
  const heard: number[] = [];
  const feed = createFeed({ events, start: await events.head(), clock, logger: silent });
  await feed.subscribe(listener(heard), subscription(since, workspaceId));
  await feed.close();
  return heard;
}
