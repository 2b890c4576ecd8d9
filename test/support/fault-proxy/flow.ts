/** One direction of one connection: reads, applies what is wrong, writes. */
import type { Socket } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Direction, Toxics } from './toxics.ts';

export interface FlowOptions {
  readonly source: Socket;
  readonly sink: Socket;
  readonly toxics: Direction;
  readonly random: () => number;
  /** Fires when the connection is over. */
  readonly ended: AbortSignal;
  /** Ends the connection, both ways. */
  readonly end: (how: 'fin' | 'reset') => void;
}

export class Flow {
  readonly #options: FlowOptions;
  /** Bytes since the present cut was set. */
  #passed = 0;
  #cut: Toxics['cut'];

  constructor(options: FlowOptions) {
    this.#options = options;
  }

  /** Resolves when there is nothing more to pass on. Never rejects. */
  async run(): Promise<void> {
    const { source, sink, toxics, ended } = this.#options;
    let lost = false;
    try {
      for await (const chunk of source.iterator({ destroyOnReturn: false }))
        await this.#pass(chunk);
    } catch {
      lost = true;
    }
    try {
      // A peer that went away is no more seen through a dead link than its bytes.
      await toxics.passable(ended);
      if (lost) this.#options.end('reset');
      else sink.end();
    } catch {
      // The connection is over.
    }
  }

  async #pass(chunk: Buffer): Promise<void> {
    const { toxics, random, ended } = this.#options;
    const { latency } = toxics.now;
    if (latency !== undefined) await wait(latency.ms + random() * (latency.jitterMs ?? 0), ended);
    for (let rest = chunk; rest.length > 0; ) {
      await toxics.passable(ended);
      if (toxics.now.blackHole) return;
      const size = this.#sizeOf(rest.length);
      await this.#write(rest.subarray(0, size));
      rest = rest.subarray(size);
      if (this.#cut !== undefined && this.#passed >= this.#cut.afterBytes)
        return this.#options.end(this.#cut.with);
      await wait(pauseAfter(toxics.now, size), ended);
    }
  }

  /** How much goes on at once. */
  #sizeOf(length: number): number {
    const { slice, bandwidth, dripEveryMs, cut } = this.#options.toxics.now;
    if (cut !== this.#cut) this.#passed = 0;
    this.#cut = cut;
    return Math.min(
      length,
      slice ?? length,
      bandwidth === undefined ? length : Math.max(1, Math.floor(bandwidth / PIECES_A_SECOND)),
      dripEveryMs === undefined ? length : 1,
      cut === undefined ? length : Math.max(0, cut.afterBytes - this.#passed),
    );
  }

  async #write(piece: Buffer): Promise<void> {
    this.#passed += piece.length;
    if (piece.length === 0) return;
    const { sink } = this.#options;
    await new Promise<void>((resolve, reject) => {
      sink.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
}

const PIECES_A_SECOND = 50;

/** `undefined`: none at all. */
function pauseAfter({ slice, bandwidth, dripEveryMs }: Toxics, size: number): number | undefined {
  const paced = bandwidth === undefined ? 0 : (size / bandwidth) * 1000;
  if (slice === undefined && bandwidth === undefined && dripEveryMs === undefined) return undefined;
  return Math.max(paced, dripEveryMs ?? 0);
}

async function wait(ms: number | undefined, signal: AbortSignal): Promise<void> {
  if (ms === undefined) return;
  // A turn of its own, so that what was written is a packet of its own.
  if (ms === 0) await nextTurn();
  else await delay(ms, undefined, { signal });
}
