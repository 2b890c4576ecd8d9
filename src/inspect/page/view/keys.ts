import { useCallback } from 'preact/hooks';
import { useKeys } from '../../../page/use-keys.ts';
import { lastOf } from '../model/timeline.ts';
import type { Session } from '../session.ts';
import { CHART_ID } from './chart-pane.tsx';
import type { Commands } from './commands.ts';
import { SEARCH_ID } from './filters.tsx';
import { machinesOf } from './machines.ts';
import { TIMELINE_ID } from './timeline-pane.tsx';

export const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'find actors'],
  ['j  ↓', 'next actor'],
  ['k  ↑', 'the one before'],
  ['a  Esc', 'all actors'],
  ['←  →', 'back and forth in the timeline'],
  ['Home  End', 'its first entry, its last'],
  ['Space', 'play, pause'],
  ['l', 'live again'],
  ['t', 'the next machine'],
  ['+  -  0', 'larger, smaller, the whole chart'],
  ['m', 'copy as Mermaid'],
  ['s', 'save as SVG'],
  ['?', 'this help'],
];

interface Desk {
  readonly session: Session;
  readonly commands: Commands;
  readonly onHelp: () => void;
}

type Key = (desk: Desk) => void;

const move =
  (steps: number): Key =>
  ({ session }) =>
    isIn(TIMELINE_ID) ? session.step(steps) : session.move(steps);
const step =
  (steps: number): Key =>
  ({ session }) =>
    session.step(steps);
const all: Key = ({ session }) => session.choose(null);
const nextMachine: Key = ({ session }) => {
  const machines = machinesOf(session);
  const next = machines[(machines.indexOf(session.state.machine) + 1) % machines.length];
  if (next !== undefined) session.showMachine(next);
};

const ACTIONS = new Map<string, Key>([
  ['/', () => document.getElementById(SEARCH_ID)?.focus()],
  ['j', ({ session }) => session.move(1)],
  ['k', ({ session }) => session.move(-1)],
  ['ArrowDown', move(1)],
  ['ArrowUp', move(-1)],
  ['PageDown', move(10)],
  ['PageUp', move(-10)],
  ['ArrowLeft', step(-1)],
  ['ArrowRight', step(1)],
  ['Home', ({ session }) => session.scrub(0)],
  ['End', ({ session }) => session.scrub(lastOf(session.state.timeline))],
  [' ', ({ session }) => session.togglePlay()],
  ['l', ({ session }) => session.goLive()],
  ['a', all],
  ['Escape', all],
  ['t', nextMachine],
  ['+', ({ commands }) => commands.zoom(1)],
  ['-', ({ commands }) => commands.zoom(-1)],
  ['0', ({ commands }) => commands.fit()],
  ['m', ({ commands }) => commands.copyMermaid()],
  ['s', ({ commands }) => commands.saveSvg()],
  ['?', ({ onHelp }) => onHelp()],
]);

const isIn = (id: string): boolean =>
  document.getElementById(id)?.contains(document.activeElement) ?? false;

/** What goes by these keys itself; browsers give the focus to what can be scrolled. */
const SCROLLED = `input[type="range"], #${CHART_ID}, .moment`;

/** What has the focus and does something of its own with a key keeps it. */
const isTaken = ({ key, target }: KeyboardEvent): boolean =>
  target instanceof Element &&
  ((key === ' ' && target.matches('button, summary')) ||
    (/^(Arrow|Home|End|Page)/.test(key) && target.matches(SCROLLED)));

export function useDeskKeys({ session, commands, onHelp }: Desk): void {
  const onKey = useCallback(
    (event: KeyboardEvent) => {
      const action = isTaken(event) ? undefined : ACTIONS.get(event.key);
      if (!action) return;
      event.preventDefault();
      action({ session, commands, onHelp });
    },
    [session, commands, onHelp],
  );
  useKeys(onKey);
}
