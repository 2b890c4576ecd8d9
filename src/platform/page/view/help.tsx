import type { JSX } from 'preact';
import { KeyHelp } from '../../../page/key-help.tsx';

const KEYS: readonly (readonly [string, string])[] = [
  ['j  ↓', 'next request'],
  ['k  ↑', 'the one before'],
  ['a', 'approve the request on the screen, at once'],
  ['d', 'deny it, at once'],
  ['n', 'write a note'],
  ['Esc', 'leave the note, close this'],
  ['?', 'this help'],
];

interface HelpProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export const Help = (props: HelpProps): JSX.Element => (
  <KeyHelp keys={KEYS} {...props}>
    <p>
      Nothing that you type into the note decides: leave it with Esc, then press a or d. Keys and
      buttons rest for half a second after the screen has changed, so that nothing is decided that
      has not been read.
    </p>
    <p>
      Everything inside the frame was written by the agent. It is shown as text, whatever it looks
      like; ⟦U+202E⟧ stands for a character that cannot be seen.
    </p>
  </KeyHelp>
);
