import { useCallback } from 'preact/hooks';
import { useKeys } from '../../../page/use-keys.ts';
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

/** Nothing that is typed into a field decides. */
export function useCommandKeys(commands: Commands, onHelp: () => void): void {
  const onKey = useCallback(
    (event: KeyboardEvent) =>
      event.key === '?' ? onHelp() : KEYS.get(event.key)?.(commands, event),
    [commands, onHelp],
  );
  useKeys(onKey);
}
