import type { JSX } from 'preact';
import type { PageState } from '../model/state.ts';

interface EmptyProps {
  readonly state: PageState;
  /** One line, where the whole stands beside it. */
  readonly isBrief: boolean;
}

/** What stands in the place of a request. "Nothing" is only said by a list that was read. */
export function Empty({ state, isBrief }: EmptyProps): JSX.Element {
  const [headline, detail] = wordsOf(state);
  if (isBrief) return <p class="nothing brief">{headline}.</p>;
  return (
    <div class="empty">
      <span class={`pulse ${state.link.at}`} aria-hidden="true" />
      <p class="headline">{headline}</p>
      <p>{detail}</p>
    </div>
  );
}

function wordsOf({ link, list, everLoaded }: PageState): readonly [string, string] {
  if (!everLoaded)
    return list.at === 'failed' || link.at === 'unreachable'
      ? ['What is waiting is not known', 'The list could not be read. Trying again.']
      : ['Reading the list…', ''];
  if (list.at === 'loaded' && list.unreadable > 0)
    return [
      `${list.unreadable} waiting cannot be shown`,
      'This page cannot read them. Reload it: the platform may be newer than the page.',
    ];
  if (link.at === 'live')
    return ['Nothing is waiting', 'This page is live: a request appears here as it comes in.'];
  if (link.at === 'reading') return ['Nothing is waiting', 'The list is read every few seconds.'];
  return ['Nothing was waiting', 'That was before the connection was lost. Trying again.'];
}
