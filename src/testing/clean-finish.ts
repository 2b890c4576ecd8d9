/**
 * Tells whether something was left open: a server that listens, a socket, a timer. What would keep
 * the process alive counts; what was unref'd, or rests in a pool without keeping it alive, does not.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** How many of each kind are open, by Node's name of the kind, as `TCPServerWrap`. */
export type OpenHandles = ReadonlyMap<string, number>;

export interface CleanFinishOptions {
  /** How long what is closing may take, milliseconds. Default 2,000. */
  readonly withinMs?: number;
}

/** What is open in this process now. Take it before the system under test is made. */
export function openHandles(): OpenHandles {
  openStandardOutputs();
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Node opens them when they are first asked for, perhaps by a `console.log` of the test's own. */
const openStandardOutputs = (): boolean => process.stdout.writable && process.stderr.writable;

/**
 * Resolves as soon as no more is open than `before`. Only counts are compared: what was open
 * before and was closed since can hide as much of its own kind.
 * @throws Error that names what is left, when `withinMs` passed
 */
export async function expectCleanFinish(
  before: OpenHandles,
  { withinMs = 2_000 }: CleanFinishOptions = {},
): Promise<void> {
  const until = performance.now() + withinMs;
  let left = leftOpen(before);
  while (left.length > 0 && performance.now() < until) {
    await delay(LOOK_EVERY_MS);
    left = leftOpen(before);
  }
  if (left.length > 0)
    throw new Error(`Still open ${withinMs} ms after the close: ${left.join(', ')}.`);
}

const LOOK_EVERY_MS = 10;

/** What the kinds are in plain words, where Node's name does not say it. */
const MEANING = new Map([
  ['TCPServerWrap', 'a server that listens'],
  ['TCPSocketWrap', 'a socket'],
  ['TLSWrap', 'a TLS socket'],
  ['PipeWrap', 'a pipe'],
  ['ProcessWrap', 'a child process'],
  ['FSEventWrap', 'a watched file'],
  ['Timeout', 'a timer'],
]);

function leftOpen(before: OpenHandles): string[] {
  return [...openHandles()]
    .map(([kind, count]) => ({ kind, more: count - (before.get(kind) ?? 0) }))
    .filter(({ more }) => more > 0)
    .map(({ kind, more }) => `${more} ${kind}${explained(kind)}`);
}

function explained(kind: string): string {
  const meaning = MEANING.get(kind);
  return meaning === undefined ? '' : ` (${meaning})`;
}
