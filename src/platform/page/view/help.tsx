import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

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

export function Help({ isOpen, onClose }: HelpProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-heading" onClose={onClose}>
      <h2 id="help-heading">Keys</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split('  ').map((name) => (
                <kbd key={name} class="key">
                  {name}
                </kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>
        Nothing that you type into the note decides: leave it with Esc, then press a or d. Keys and
        buttons rest for half a second after the screen has changed, so that nothing is decided that
        has not been read.
      </p>
      <p>
        Everything inside the frame was written by the agent. It is shown as text, whatever it looks
        like; ⟦U+202E⟧ stands for a character that cannot be seen.
      </p>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}
