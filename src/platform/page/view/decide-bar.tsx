import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { useServerNow } from '../../../page/use-ticks.ts';
import { type Approval, isWaiting } from '../model/approval.ts';
import { longBlocks, unseenBlocks } from '../model/arguments.ts';
import { type Hindrance, hindranceOf } from '../model/deciding.ts';
import { onwardsFrom, waitingOf } from '../model/ordering.ts';
import type { PageState } from '../model/state.ts';
import { hindranceText, type Saying, sayingOf } from '../model/words.ts';
import { uptime } from '../store.ts';
import type { Commands } from './commands.ts';
import { useRearmed } from './hooks.ts';
import { NOTE_ID } from './use-keys.ts';
import { useSteady } from './use-steady.ts';

const HINT_ID = 'hint';

interface DecideBarProps {
  readonly approval: Approval;
  readonly state: PageState;
  readonly commands: Commands;
}

/** Where a request is decided, and where it says what became of that. */
export function DecideBar({ approval, state, commands }: DecideBarProps): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  useSteady(bar, commands.layoutMoved);
  const saying = sayingOf(approval, state.attempts.get(approval.id));
  return (
    <div class="decide" ref={bar}>
      {saying && <Said saying={saying} />}
      {isWaiting(approval) ? (
        <Choice approval={approval} state={state} commands={commands} />
      ) : (
        <Onwards approval={approval} state={state} commands={commands} />
      )}
    </div>
  );
}

const Said = ({ saying: { tone, headline, detail } }: { readonly saying: Saying }): JSX.Element => (
  <div class={`saying ${tone}`}>
    <p class="headline">{headline}</p>
    {detail && <p>{detail}</p>}
  </div>
);

function Choice({ approval, state, commands }: DecideBarProps): JSX.Element {
  const moment = { serverNow: useServerNow(state.aheadMs), uptime: uptime() };
  useRearmed(state.armedAt);
  const approve = hindranceOf(state, approval, 'approved', moment);
  const deny = hindranceOf(state, approval, 'denied', moment);
  const why = hindranceText(approve);
  return (
    <>
      {why && <Hint why={why} approval={approval} state={state} commands={commands} />}
      <div class="choice">
        <label class="note">
          <span class="unseen">Note, stored with the decision</span>
          <input
            id={NOTE_ID}
            class="field"
            type="text"
            maxLength={2000}
            autoComplete="off"
            placeholder="Note (optional)"
            value={state.notes.get(approval.id) ?? ''}
            onInput={({ currentTarget }) => commands.writeNote(approval.id, currentTarget.value)}
          />
          <span class="key" aria-hidden="true">
            n
          </span>
        </label>
        <DecideButton name="Deny" letter="d" off={deny} onPress={() => commands.decide('denied')} />
        <DecideButton
          name="Approve"
          letter="a"
          off={approve}
          onPress={() => commands.decide('approved')}
        />
      </div>
    </>
  );
}

interface DecideButtonProps {
  readonly name: 'Approve' | 'Deny';
  readonly letter: string;
  readonly off: Hindrance | null;
  readonly onPress: () => void;
}

/** Stays focusable while it is off: who is on it must not be thrown out. The decider refuses then. */
const DecideButton = ({ name, letter, off, onPress }: DecideButtonProps): JSX.Element => (
  <button
    type="button"
    class={`decision ${name.toLowerCase()} ${off === 'settling' ? 'settling' : ''}`}
    aria-disabled={off !== null}
    aria-keyshortcuts={letter}
    aria-describedby={HINT_ID}
    onClick={onPress}
  >
    {name}{' '}
    <span class="key" aria-hidden="true">
      {letter}
    </span>
  </button>
);

function Hint({
  why,
  approval,
  state,
  commands,
}: DecideBarProps & { readonly why: string }): JSX.Element {
  const unseen = unseenBlocks(approval, state.opened);
  return (
    <p class="hint" id={HINT_ID}>
      {why}{' '}
      {unseen.length > 0 && (
        <button type="button" class="link" onClick={() => commands.open(longBlocks(approval))}>
          Show everything
        </button>
      )}
    </p>
  );
}

/** The way on after an end: nobody is moved to the next request by itself. */
function Onwards({ approval, state, commands }: DecideBarProps): JSX.Element | null {
  const next = onwardsFrom(state.approvals, approval);
  if (next === undefined) return <p class="hint">Nothing else is waiting.</p>;
  return (
    <button type="button" class="onwards" onClick={() => commands.select(next.id)}>
      Next request <span class="count">{waitingOf(state.approvals, null).length} waiting</span>
    </button>
  );
}
