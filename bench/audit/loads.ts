/** What is done to a sink, and how long it takes. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sink } from './sink.ts';

/** Lines a second, from the first append until all are on disk: all at once, flushed once. */
export async function burst(sink: Sink, count: number): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < count; n += 1) sink.append(n);
  await sink.flush();
  return perSecond(count, start);
}

const WRITERS = 64;

/** Lines a second, of writers that each wait for their line before the next. */
export async function writers(sink: Sink, count: number): Promise<number> {
  const start = performance.now();
  let n = 0;
  const write = async (): Promise<void> => {
    while (n < count) {
      sink.append(n++);
      await sink.flush();
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  return perSecond(count, start);
}

/** Milliseconds from the append until this line is on disk. */
export async function single(sink: Sink, n: number): Promise<number> {
  const start = performance.now();
  sink.append(n);
  await sink.flush();
  return performance.now() - start;
}

export interface Paced {
  /** From the append of a line until it is on disk, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The longest time between two turns of a timer of 1 ms, milliseconds. */
  readonly stall: number;
}

/** Appends so many lines every millisecond. */
export async function paced(sink: Sink, perMs: number, forMs: number): Promise<Paced> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const took: number[] = [];
  const flushes: Promise<void>[] = [];
  const start = performance.now();
  delay.enable();
  for (let n = 0; n < perMs * forMs; await pause(1)) {
    const at = performance.now();
    const due = Math.min(perMs * forMs, Math.floor((at - start) * perMs));
    const count = due - n;
    while (n < due) sink.append(n++);
    flushes.push(noteFlush(sink, at, count, took));
  }
  await Promise.all(flushes);
  delay.disable();
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), stall: delay.max / 1e6 };
}

/** For each of the lines that were appended at this time. */
async function noteFlush(sink: Sink, at: number, lines: number, took: number[]): Promise<void> {
  await sink.flush();
  const ms = performance.now() - at;
  for (let line = 0; line < lines; line += 1) took.push(ms);
}

/** @throws RangeError where there are no values */
export function quantile(values: readonly number[], share: number): number {
  const value = values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];
  if (value === undefined) throw new RangeError('nothing was measured');
  return value;
}

const perSecond = (count: number, start: number): number =>
  (count / (performance.now() - start)) * 1_000;
