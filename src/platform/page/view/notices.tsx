import type { JSX } from 'preact';
import type { PageState } from '../model/state.ts';
import { timeText } from './clock-text.ts';

/** What is not as it should be, in the words that the reader needs to judge what he sees. */
export function Notices({ state }: { readonly state: PageState }): JSX.Element {
  return (
    <div class="notices" role="status">
      {noticesOf(state).map((notice) => (
        <p key={notice} class="notice">
          {notice}
        </p>
      ))}
    </div>
  );
}

function noticesOf({ link, list, everLoaded, trouble }: PageState): string[] {
  const notices = trouble === null ? [] : [trouble];
  if (link.at === 'unreachable') notices.push(unreachable(link.lostAt, everLoaded));
  if (link.at === 'reading')
    notices.push('The live channel is down. The list is read every few seconds instead.');
  if (list.at === 'failed' && link.at !== 'unreachable')
    notices.push(
      `The list could not be read: ${list.why} ${everLoaded ? 'What you see may be old.' : 'What is waiting is not known.'}`,
    );
  if (list.at === 'loaded' && list.unreadable > 0)
    notices.push(
      `${list.unreadable} waiting requests cannot be shown: this page cannot read them.`,
    );
  if (list.at === 'loaded' && list.more)
    notices.push('More are waiting than are listed here. The oldest come first.');
  return notices;
}

const unreachable = (lostAt: number | null, everLoaded: boolean): string =>
  `Cannot reach the platform since ${timeText(lostAt ?? Date.now())}. ` +
  (everLoaded ? 'What you see may be old.' : 'What is waiting is not known.');
