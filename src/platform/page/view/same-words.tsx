import type { JSX } from 'preact';
import type { Comparison } from '../model/comparison.ts';
import { Inline } from './agent-text.tsx';

/** Two requests that read the same are not the same request. */
export function SameWords({ comparison }: { readonly comparison: Comparison }): JSX.Element {
  const { others, differing, differs } = comparison;
  const who =
    others === 1 ? 'Another waiting request has' : `${others} other waiting requests have`;
  return (
    <p class="same-words">
      {who} exactly these words. {!differs && 'Its arguments are the same too.'}
      {differs && differing.size === 0 && 'The arguments differ.'}
      {differs && differing.size > 0 && (
        <>
          What differs:{' '}
          {[...differing].slice(0, 6).map((key, index) => (
            <span key={key}>
              {index > 0 && ', '}
              <Inline text={key.slice(0, 60)} />
            </span>
          ))}
          .
        </>
      )}
    </p>
  );
}
