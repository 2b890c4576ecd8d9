import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showWaiting } from '../../src/cli/waiting.ts';
import type { StateEvent } from '../../src/index.ts';

const NOW = new Date(2030, 0, 1, 14, 0, 0).getTime();

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

const inState = (state: string): StateEvent => ({
  traceId: 't',
  action: 'a',
  state,
  approvalId: 'id-1',
  deadlineAt: NOW + 272_000,
});

function terminal(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { isTTY, write, written, ...(columns === undefined ? {} : { columns }) };
}

const BEGIN =
  'Waiting until 14:04:32 for a person to decide at http://p\n' +
  '  or: countersign decide id-1 approve|deny\n';

it('says one line at the start and one for each change where nobody watches', () => {
  const screen = terminal(false);
  const waiting = showWaiting('http://p', screen);
  for (const state of ['rbacCheck', 'submitting', 'awaitingWS', 'awaitingWS', 'fallbackPolling'])
    waiting.update(inState(state));
  vi.advanceTimersByTime(60_000);
  for (const state of ['awaitingWS', 'withdrawing', 'withdrawn']) waiting.update(inState(state));
  waiting.end();
  expect(screen.written).toEqual([
    BEGIN,
    'The live channel is down; the decision is read every few seconds.\n',
    'The live channel is back.\n',
    'Taking the request back …\n',
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps the time that is left on one line of a terminal, and leaves it clean', () => {
  const screen = terminal(true, 40);
  const waiting = showWaiting('http://p', screen);
  waiting.update(inState('awaitingWS'));
  vi.advanceTimersByTime(2_000);
  waiting.say('A word.');
  waiting.end();
  const CLEAR = '\r\u001b[2K';
  expect(screen.written).toEqual([
    CLEAR + BEGIN,
    `${CLEAR}4:32 left · Ctrl-C takes the request ba`,
    `${CLEAR}4:31 left · Ctrl-C takes the request ba`,
    `${CLEAR}4:30 left · Ctrl-C takes the request ba`,
    `${CLEAR}A word.\n`,
    `${CLEAR}4:30 left · Ctrl-C takes the request ba`,
    CLEAR,
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

it('stops counting down when the request is taken back', () => {
  const screen = terminal(true);
  const waiting = showWaiting('http://p', screen);
  waiting.update(inState('fallbackPolling'));
  waiting.update(inState('withdrawing'));
  const before = screen.written.length;
  vi.advanceTimersByTime(5_000);
  expect(screen.written.slice(before)).toEqual([]);
  waiting.end();
});

it('writes nothing that a terminal would act on, whatever id the platform gave', () => {
  const screen = terminal(false);
  const waiting = showWaiting('http://p', screen);
  waiting.update({ ...inState('awaitingWS'), approvalId: '\u001b[2J' });
  waiting.end();
  expect(screen.written.join('')).toContain('decide ⟦U+001B⟧[2J approve|deny');
});
