import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ProcessRow } from '../../wire.ts';
import { stateOf } from '../model/listing.ts';
import { countText, nameOf, processName, timeText } from '../model/words.ts';
import type { Session } from '../session.ts';
import { Rows } from './rows.tsx';
import { Said } from './said.tsx';
import { toneOf } from './tone.ts';

/** Beside the chart of all actors: who sends, and how to send. */
export function AllPane({ session }: { readonly session: Session }): JSX.Element {
  const processes = session.actors.processes();
  const { hasLoaded, link } = session.state;
  const isTold = hasLoaded && link.at === 'live';
  const isWaiting = processes.every(({ isConnected }) => !isConnected);
  return (
    <div class="all-pane">
      <section class="pane" aria-labelledby="processes-heading">
        <h2 id="processes-heading">
          Processes <span class="n">{processes.length || ''}</span>
        </h2>
        {isWaiting && isTold && <Waiting />}
        {processes.length > 0 && (
          <ul class="processes">
            {processes.map((process) => (
              <Process key={process.id} process={process} />
            ))}
          </ul>
        )}
      </section>
      {(!isWaiting || session.latest.length > 0) && <Latest session={session} />}
      {!isWaiting && (
        <section class="pane" aria-labelledby="more-heading">
          <h2 id="more-heading">Another process</h2>
          <Line />
        </section>
      )}
    </div>
  );
}

function Latest({ session }: { readonly session: Session }): JSX.Element {
  return (
    <section class="pane latest" aria-labelledby="latest-heading">
      <h2 id="latest-heading">Latest</h2>
      {session.latest.length === 0 && <p class="nothing">Nothing has happened since you came.</p>}
      <Rows
        id="latest"
        label="What happened last, the newest first"
        rows={session.latest}
        rowHeight={28}
        keyOf={({ n }) => n}
        chosen={-1}
        onChoose={({ row }) => session.choose(row.id)}
        draw={({ row }) => (
          <>
            <span class="entry-at">{timeText(row.changedAt)}</span>
            <span class="entry-label">
              <Said text={nameOf(row)} limit={120} />
            </span>
            <span class={`entry-move status ${toneOf(row)}`}>{stateOf(row)}</span>
          </>
        )}
        isAnchored
      />
    </section>
  );
}

const Waiting = (): JSX.Element => (
  <div class="waiting">
    <p class="headline">Waiting for processes</p>
    <p>Start an agent with this line, and its actors appear here:</p>
    <Line />
  </div>
);

function Line(): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  const line = `COUNTERSIGN_INSPECT=${window.location.origin} node agent.js`;
  const copy = (): void => {
    navigator.clipboard.writeText(line).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <p class="paste">
      <code>{line}</code>
      <button type="button" class="tool" onClick={copy}>
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </p>
  );
}

const Process = ({ process }: { readonly process: ProcessRow }): JSX.Element => (
  <li class={process.isConnected ? 'process live' : 'process'}>
    <span class="dot" aria-hidden="true" />
    <span class="process-name">
      <Said text={processName(process)} />
    </span>
    <span class="process-state">
      {process.isConnected ? 'connected' : 'gone'}
      {process.dropped > 0 && `, ${countText(process.dropped, 'event')} dropped`}
    </span>
  </li>
);
