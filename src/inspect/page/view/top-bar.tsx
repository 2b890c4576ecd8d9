import type { JSX } from 'preact';
import { Mark } from '../../../page/mark.tsx';
import type { ProcessRow } from '../../wire.ts';
import type { Link } from '../model/link.ts';
import { countText } from '../model/words.ts';
import type { Session } from '../session.ts';

const LINK_TEXT = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Not connected',
} as const satisfies Record<Link['at'], string>;

interface TopBarProps {
  readonly session: Session;
  readonly onHelp: () => void;
}

export function TopBar({ session, onHelp }: TopBarProps): JSX.Element {
  const { link, feedback } = session.state;
  return (
    <header class="page-header">
      <h1 class="brand">
        <Mark /> <span class="name">Countersign</span> <span class="part">inspect</span>
      </h1>
      <button
        type="button"
        class={`link-state ${link.at}`}
        title="Look again now"
        onClick={() => session.nudge()}
      >
        <span class="dot" aria-hidden="true" />
        {LINK_TEXT[link.at]}
      </button>
      <span class="connected">{processesText(session.actors.processes())}</span>
      <span class="spacer" />
      <span class="feedback" role="status">
        {feedback}
      </span>
      <button type="button" class="quiet" onClick={onHelp} aria-label="Help" aria-keyshortcuts="?">
        ?
      </button>
    </header>
  );
}

function processesText(processes: readonly ProcessRow[]): string {
  const connected = processes.filter(({ isConnected }) => isConnected).length;
  const gone = processes.length - connected;
  const text = countText(connected, 'process', 'processes');
  return gone === 0 ? text : `${text}, ${gone} gone`;
}
