import type { JSX } from 'preact';
import { summaryOf } from '../../../page/summary.ts';
import { type Approval, isWaiting } from '../model/approval.ts';
import { differenceText, digestPrefix } from '../model/comparison.ts';
import { waitingOf } from '../model/ordering.ts';
import type { PageState } from '../model/state.ts';
import { endText } from '../model/words.ts';
import { Inline } from './agent-text.tsx';
import { whenText } from './clock-text.ts';
import type { Commands } from './commands.ts';
import { TimeBar, TimeLeft } from './countdown.tsx';
import { Request } from './request.tsx';

interface RequestListProps {
  readonly approvals: readonly Approval[];
  readonly state: PageState;
  readonly commands: Commands;
  /** On a narrow screen the selected request unfolds in its place. */
  readonly unfolds: boolean;
}

export function RequestList({ approvals, unfolds, ...rest }: RequestListProps): JSX.Element {
  const { selectedId } = rest.state;
  return (
    <ul class="rows">
      {approvals.map((approval) => (
        <li key={approval.id}>
          {unfolds && approval.id === selectedId ? (
            <Request approval={approval} {...rest} />
          ) : (
            <Row approval={approval} {...rest} />
          )}
        </li>
      ))}
    </ul>
  );
}

type RowProps = Pick<RequestListProps, 'state' | 'commands'> & { readonly approval: Approval };

function Row({ approval, state, commands }: RowProps): JSX.Element {
  const waiting = waitingOf(state.approvals, null);
  const difference = differenceText(approval, waiting);
  const digest = digestPrefix(approval, waiting);
  const isSelected = approval.id === state.selectedId;
  return (
    <button
      type="button"
      class={`row ${state.fresh.has(approval.id) ? 'fresh' : ''} ${approval.outcome ?? 'waiting'}`}
      aria-current={isSelected ? 'true' : undefined}
      onClick={() => commands.select(approval.id)}
    >
      <span class="row-action">
        <Inline text={summaryOf(approval.action, 120)} />
      </span>
      {difference && (
        <span class="row-difference">
          <Inline text={difference} />
        </span>
      )}
      {digest && (
        <span class="row-digest">
          <Inline text={digest} />
        </span>
      )}
      <span class="row-facts">
        <span class="row-who">
          <Inline text={summaryOf(approval.workspaceName, 40)} />
        </span>
        {isWaiting(approval) ? (
          <TimeLeft approval={approval} aheadMs={state.aheadMs} />
        ) : (
          <End approval={approval} now={Date.now()} />
        )}
      </span>
      {isWaiting(approval) && <TimeBar approval={approval} aheadMs={state.aheadMs} />}
    </button>
  );
}

const End = ({
  approval,
  now,
}: {
  readonly approval: Approval;
  readonly now: number;
}): JSX.Element => (
  <span class="row-end">
    {endText(approval)}
    {approval.decidedAt !== null && ` · ${whenText(approval.decidedAt, now)}`}
  </span>
);
