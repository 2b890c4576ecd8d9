import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { useMedia } from '../../../page/use-media.ts';
import { recentOf, waitingOf } from '../model/ordering.ts';
import { type PageState, selectedOf } from '../model/state.ts';
import type { PageSession } from '../page-session.ts';
import type { Store } from '../store.ts';
import { type Commands, createCommands } from './commands.ts';
import { Empty } from './empty.tsx';
import { Help } from './help.tsx';
import { useStore } from './hooks.ts';
import { Notices } from './notices.tsx';
import { PageHeader } from './page-header.tsx';
import { Request } from './request.tsx';
import { RequestList } from './request-list.tsx';
import { SignIn } from './sign-in.tsx';
import { useCommandKeys } from './use-keys.ts';

interface AppProps {
  readonly store: Store;
  readonly session: PageSession;
}

export function App({ store, session }: AppProps): JSX.Element {
  const state = useStore(store);
  const commands = useMemo(() => createCommands(store, session), [store, session]);
  const count = waitingOf(state.approvals, null).length;
  useEffect(() => {
    document.title = count > 0 ? `(${count}) Countersign` : 'Countersign';
  }, [count]);
  if (state.session.at === 'out')
    return <SignIn problem={state.session.problem} onSignIn={commands.signIn} />;
  // Who is signed in is not known yet: neither the one nor the other may flash up.
  if (state.session.at === 'checking' && state.link.at === 'connecting') return <main />;
  return <Desk state={state} commands={commands} />;
}

interface DeskProps {
  readonly state: PageState;
  readonly commands: Commands;
}

function Desk({ state, commands }: DeskProps): JSX.Element {
  const [isHelping, setHelping] = useState(false);
  const help = useCallback(() => setHelping(true), []);
  useCommandKeys(commands, help);
  return (
    <>
      <PageHeader state={state} commands={commands} onHelp={help} />
      <Notices state={state} />
      <Columns state={state} commands={commands} />
      <p class="unseen" role="status" aria-live="polite">
        <span key={state.announcement.serial}>{state.announcement.text}</span>
      </p>
      <Help isOpen={isHelping} onClose={() => setHelping(false)} />
    </>
  );
}

function Columns({ state, commands }: DeskProps): JSX.Element {
  const isWide = useMedia('(min-width: 860px)');
  const waiting = waitingOf(state.approvals, state.heldId);
  const recent = recentOf(state.approvals, state.heldId);
  const selected = selectedOf(state);
  const list = { state, commands, unfolds: !isWide };
  return (
    <main class="columns">
      <div class="lists">
        <section aria-labelledby="waiting-heading">
          <h2 id="waiting-heading">
            Waiting <span class="count">{waitingOf(state.approvals, null).length || ''}</span>
          </h2>
          {waiting.length > 0 && <RequestList approvals={waiting} {...list} />}
          {waiting.length === 0 && <Empty state={state} isBrief={isWide} />}
        </section>
        {recent.length > 0 && (
          <section aria-labelledby="recent-heading">
            <h2 id="recent-heading">Decided lately</h2>
            <RequestList approvals={recent} {...list} />
          </section>
        )}
      </div>
      {isWide && (
        <div class="detail">
          {selected ? (
            <Request approval={selected} state={state} commands={commands} />
          ) : (
            <Empty state={state} isBrief={false} />
          )}
        </div>
      )}
    </main>
  );
}
