import { useEffect } from 'preact/hooks';
import type { Commands } from './commands.ts';

/** The id of the field that `n` goes to. */
export const NOTE_ID = 'note';

type Key = (commands: Commands, event: KeyboardEvent) => void;

const focusNote: Key = (_, event) => {
  event.preventDefault();
  document.getElementById(NOTE_ID)?.focus();
};
const move =
  (steps: 1 | -1): Key =>
  (commands, event) => {
    event.preventDefault();
    commands.move(steps);
  };
/** A key that is held down decides once. */
const decide =
  (verdict: 'approved' | 'denied'): Key =>
  (commands, event) => {
    if (!event.repeat) commands.decide(verdict);
  };

const KEYS = new Map<string, Key>([
  ['j', move(1)],
  ['ArrowDown', move(1)],
  ['k', move(-1)],
  ['ArrowUp', move(-1)],
  ['a', decide('approved')],
  ['d', decide('denied')],
  ['n', focusNote],
]);

/** Nothing that is typed into a field decides: there only Escape means something, "leave it". */
export function useKeys(commands: Commands, onHelp: () => void): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.isComposing || document.querySelector('dialog[open]')) return;
      if (isField(event.target)) return leave(event);
      if (event.key === '?') return onHelp();
      KEYS.get(event.key)?.(commands, event);
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, [commands, onHelp]);
}

const isField = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && target.matches('input, textarea, select');

function leave(event: KeyboardEvent): void {
  if (event.key === 'Escape' && isField(event.target)) event.target.blur();
}
