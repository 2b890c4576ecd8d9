import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Approval, isWaiting, keyOf } from '../model/approval.ts';
import { believable } from '../model/asker.ts';
import { compareWithOthers } from '../model/comparison.ts';
import { waitingOf } from '../model/ordering.ts';
import type { PageState } from '../model/state.ts';
import { AgentText, Inline } from './agent-text.tsx';
import { Arguments } from './arguments-table.tsx';
import { Asker } from './asker.tsx';
import { exactText } from './clock-text.ts';
import type { Commands } from './commands.ts';
import { TimeBar, TimeLeft } from './countdown.tsx';
import { DecideBar } from './decide-bar.tsx';
import { SameWords } from './same-words.tsx';

interface RequestProps {
  readonly approval: Approval;
  readonly state: PageState;
  readonly commands: Commands;
}

/** One request in full. */
export function Request({ approval, state, commands }: RequestProps): JSX.Element {
  const { aheadMs, opened } = state;
  const heading = useRef<HTMLHeadingElement>(null);
  const comparison = isWaiting(approval)
    ? compareWithOthers(approval, waitingOf(state.approvals, null))
    : null;
  const opening = { opened, onOpen: commands.open };
  useEffect(() => {
    if (state.isChosen) bringIntoView(heading.current);
  }, [approval.id]);
  return (
    <>
      <article class="request" aria-labelledby="request-heading">
        <header>
          <h2 id="request-heading" ref={heading} tabIndex={-1}>
            <Inline text={approval.workspaceName} /> {isWaiting(approval) ? 'asks' : 'asked'}
          </h2>
          {isWaiting(approval) && <TimeLeft approval={approval} aheadMs={aheadMs} />}
        </header>
        {isWaiting(approval) && <TimeBar approval={approval} aheadMs={aheadMs} />}
        {comparison && <SameWords comparison={comparison} />}
        <section class="frame" aria-label="Written by the agent">
          <p class="frame-label">Written by the agent</p>
          <div class="action">
            <AgentText block={{ id: 'action', text: approval.action }} {...opening} />
          </div>
          <h3>Reason</h3>
          {approval.reason === '' ? (
            <p class="nothing">None was given.</p>
          ) : (
            <AgentText block={{ id: 'reason', text: approval.reason }} {...opening} />
          )}
          <h3>Arguments</h3>
          <Arguments args={approval.args} comparison={comparison} {...opening} />
        </section>
        <Facts approval={approval} />
        {/* A new request has new buttons: a press that began on the old ones ends nowhere. */}
        <DecideBar key={keyOf(approval)} approval={approval} state={state} commands={commands} />
      </article>
      <Asker key={approval.id} way={believable(state.askers.get(approval.id) ?? [], approval)} />
    </>
  );
}

/** Only when the reader is on his way through the list: a field that has the focus keeps it. */
function bringIntoView(heading: HTMLElement | null): void {
  const active = document.activeElement;
  if (
    active === null ||
    active === document.body ||
    active.matches('.row, .onwards, #request-heading')
  )
    heading?.focus({ preventScroll: true });
  heading?.closest('.request')?.scrollIntoView({ block: 'start' });
}

function Facts({ approval }: { readonly approval: Approval }): JSX.Element {
  const { digest, taskId, note, outcome, decidedBy, decidedAt } = approval;
  return (
    <dl class="facts">
      {note && <Fact name="Note" text={note} isLong />}
      {outcome === 'withdrawn' && decidedBy && (
        <Fact name="Withdrawn" text={decidedBy.replace(/^withdrawn: /, '')} isLong />
      )}
      {decidedAt !== null && <Fact name="Ended" text={exactText(decidedAt, Date.now())} />}
      <Fact name="Asked" text={exactText(approval.createdAt, Date.now())} />
      {digest && <Fact name="Digest" text={`${digest.slice(0, 19)}…`} title={digest} isCode />}
      <Fact name="Id" text={approval.id} isCode />
      {taskId && <Fact name="Task" text={taskId} isCode />}
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly text: string;
  readonly title?: string;
  readonly isCode?: boolean;
  readonly isLong?: boolean;
}

const Fact = ({ name, text, title, isCode, isLong }: FactProps): JSX.Element => (
  <div class={isLong ? 'fact long' : 'fact'}>
    <dt>{name}</dt>
    <dd class={isCode ? 'code' : ''} title={title}>
      <Inline text={text} />
    </dd>
  </div>
);
