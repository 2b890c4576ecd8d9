import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useServerNow } from '../../../page/use-ticks.ts';
import type { ActorRow } from '../../wire.ts';
import type { Situation } from '../model/situation.ts';
import { indexOf } from '../model/timeline.ts';
import { durationText, exactTimeText, nameOf, processName } from '../model/words.ts';
import type { Session } from '../session.ts';
import { Icon } from './icons.tsx';
import { JsonTree } from './json-tree.tsx';
import { Said } from './said.tsx';
import { TimelinePane } from './timeline-pane.tsx';
import { toneOf } from './tone.ts';

interface ActorPaneProps {
  readonly session: Session;
  readonly row: ActorRow;
  readonly situation: Situation;
}

/** One actor: what it is, what happened to it, and what it knew at the chosen entry. */
export function ActorPane({ session, row, situation }: ActorPaneProps): JSX.Element {
  return (
    <div class="actor-pane">
      <Head session={session} row={row} />
      <TimelinePane session={session} />
      <Moment session={session} situation={situation} />
    </div>
  );
}

function Head({ session, row }: Omit<ActorPaneProps, 'situation'>): JSX.Element {
  const process = session.actors.process(row.process);
  return (
    <header class="actor-head">
      <div class="actor-title">
        <h2 title="What the agent wants to do">
          <Said text={nameOf(row)} limit={400} />
        </h2>
        <button
          type="button"
          class="quiet"
          aria-label="Back to all actors"
          aria-keyshortcuts="a"
          title="Back to all actors (a)"
          onClick={() => session.choose(null)}
        >
          <Icon name="close" />
        </button>
      </div>
      <dl class="facts">
        <Fact name="Status">
          <span class={`status ${toneOf(row)}`}>{row.status}</span>
        </Fact>
        {row.workspaceId !== undefined && (
          <Fact name="Workspace">
            <Said text={row.workspaceId} limit={120} />
          </Fact>
        )}
        <Deadline row={row} aheadMs={session.state.aheadMs} />
        {row.approvalId !== undefined && <Id name="Approval" id={row.approvalId} />}
        {row.traceId !== undefined && <Id name="Trace" id={row.traceId} />}
        {process && (
          <Fact name="Process">
            <Said text={processName(process)} />
          </Fact>
        )}
      </dl>
      {row.status === 'lost' && (
        <p class="remark warn">
          Lost: its process is not connected any more. This is the last that was heard of it.
        </p>
      )}
    </header>
  );
}

const Fact = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: JSX.Element | string;
}): JSX.Element => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const Id = ({ name, id }: { readonly name: string; readonly id: string }): JSX.Element => (
  <Fact name={name}>
    <code>
      <Said text={id} limit={80} />
    </code>
  </Fact>
);

function Deadline({ row, aheadMs }: { readonly row: ActorRow; readonly aheadMs: number }) {
  const now = useServerNow(aheadMs);
  if (row.deadlineAt === undefined || row.status !== 'active') return null;
  const left = row.deadlineAt - now;
  const text =
    left > 0
      ? `in ${durationText(Math.max(1_000, left))}`
      : `${durationText(Math.max(1_000, -left))} ago`;
  return <Fact name="Deadline">{text}</Fact>;
}

/** What the chosen entry says, and what the actor knew then. */
function Moment({
  session,
  situation,
}: {
  readonly session: Session;
  readonly situation: Situation;
}): JSX.Element {
  const { timeline } = session.state;
  const entry = timeline.entries?.[indexOf(timeline)];
  const pane = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (pane.current) pane.current.scrollTop = 0;
  }, [session.state.actorId, entry?.n]);
  return (
    <section ref={pane} class="pane moment" aria-labelledby="moment-heading">
      <h2 id="moment-heading">
        At this point <span class="n">{entry ? exactTimeText(entry.at) : ''}</span>
      </h2>
      {entry?.detail !== undefined && (
        <>
          <h3>
            {entry.kind === 'audit' ? 'Audit record' : entry.kind === 'ended' ? 'Output' : 'Event'}
          </h3>
          <JsonTree value={entry.detail} />
        </>
      )}
      {situation.context !== undefined && (
        <>
          <h3>Context, redacted</h3>
          <JsonTree value={situation.context} />
        </>
      )}
    </section>
  );
}
