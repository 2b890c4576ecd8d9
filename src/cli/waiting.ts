/** Shows that a request waits, until when, and where it is decided. */
import type { StateEvent } from '../approvals/events.ts';
import { visibleInTerminal } from '../protocol/text.ts';
import { clockTime, timeLeft } from './time-left.ts';

/** Standard error, or what a test puts in its place. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Waiting {
  /** Takes a state of the approval. */
  update(event: StateEvent): void;
  /** Says what is wrong, each thing once. */
  trouble(message: string): void;
  /** Says a line of its own. */
  say(line: string): void;
  /** Leaves a clean line behind. */
  end(): void;
}

const CLEAR = '\r\u001b[2K';
const TICK_MS = 1_000;

/** @param platformUrl where people decide */
export function showWaiting(platformUrl: string, terminal: Terminal = process.stderr): Waiting {
  let event: StateEvent | undefined;
  const write = (text: string): void => void terminal.write(text);
  const live = terminal.isTTY === true;
  const redraw = (): void => {
    if (live && event !== undefined) write(CLEAR + cut(lineOf(event), terminal.columns || 80));
  };
  const say = (line: string): void => {
    write(live ? `${CLEAR}${line}\n` : `${line}\n`);
    redraw();
  };
  const troubles = new Set<string>();
  const ticks = live ? setInterval(redraw, TICK_MS) : undefined;
  return {
    say,
    trouble: (message) => {
      if (!troubles.has(message)) say(`  (${visibleInTerminal(message)})`);
      troubles.add(message);
    },
    update: (next) => {
      const before = event;
      event = WAITING.has(next.state) ? next : undefined;
      const change = before?.state === next.state ? undefined : changeOf(before, next, platformUrl);
      if (change !== undefined) say(change);
      else redraw();
    },
    end: () => {
      clearInterval(ticks);
      if (live) write(CLEAR);
    },
  };
}

const WAITING: ReadonlySet<string> = new Set(['awaitingWS', 'fallbackPolling']);

/** What is said once; `undefined` for states that end within a moment. */
function changeOf(
  before: StateEvent | undefined,
  { state, approvalId, deadlineAt }: StateEvent,
  platformUrl: string,
): string | undefined {
  if (state === 'withdrawing') return 'Taking the request back …';
  if (!WAITING.has(state)) return undefined;
  if (before !== undefined)
    return state === 'awaitingWS'
      ? 'The live channel is back.'
      : 'The live channel is down; the decision is read every few seconds.';
  const id = visibleInTerminal(approvalId ?? '');
  return (
    `Waiting until ${clockTime(deadlineAt)} for a person to decide at ${platformUrl}\n` +
    `  or: countersign decide ${id} approve|deny`
  );
}

const lineOf = ({ deadlineAt }: StateEvent): string =>
  `${timeLeft(deadlineAt - Date.now())} left · Ctrl-C takes the request back`;

const cut = (line: string, columns: number): string => line.slice(0, Math.max(1, columns - 1));
