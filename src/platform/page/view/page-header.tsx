import type { JSX } from 'preact';
import { Mark } from '../../../page/mark.tsx';
import { quoted } from '../../../page/summary.ts';
import type { Link, PageState } from '../model/state.ts';
import type { Commands } from './commands.ts';

const LINK_TEXT = {
  connecting: 'Connecting…',
  live: 'Live',
  reading: 'Not live',
  unreachable: 'Unreachable',
} as const satisfies Record<Link['at'], string>;

interface PageHeaderProps {
  readonly state: PageState;
  readonly commands: Commands;
  readonly onHelp: () => void;
}

export function PageHeader({ state, commands, onHelp }: PageHeaderProps): JSX.Element {
  const { session, link } = state;
  return (
    <header class="page-header">
      <h1 class="brand">
        <Mark /> <span class="name">Countersign</span>
      </h1>
      <button
        type="button"
        class={`link-state ${link.at}`}
        onClick={commands.lookAgain}
        title="Look again now"
      >
        <span class="dot" aria-hidden="true" />
        {LINK_TEXT[link.at]}
      </button>
      <span class="spacer" />
      {session.at === 'in' && <span class="who">{quoted(session.approver, 40)}</span>}
      <button type="button" class="quiet" onClick={onHelp} aria-label="Help" aria-keyshortcuts="?">
        ?
      </button>
      <button type="button" class="quiet" onClick={commands.signOut}>
        Sign out
      </button>
    </header>
  );
}
