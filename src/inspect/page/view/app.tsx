import type { JSX } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { KeyHelp } from '../../../page/key-help.tsx';
import { noticesOf } from '../model/notices.ts';
import type { Zoom } from '../model/scale.ts';
import { situationAt, situationOf } from '../model/situation.ts';
import { indexOf } from '../model/timeline.ts';
import { countText, sayingOf } from '../model/words.ts';
import type { Session } from '../session.ts';
import { ActorList } from './actor-list.tsx';
import { ActorPane } from './actor-pane.tsx';
import { AllPane } from './all-pane.tsx';
import { ChartPane } from './chart-pane.tsx';
import { createCommands } from './commands.ts';
import { Filters } from './filters.tsx';
import { KEYS, useDeskKeys } from './keys.ts';
import { Scrubber } from './scrubber.tsx';
import { Toolbar } from './toolbar.tsx';
import { TopBar } from './top-bar.tsx';
import { useAnnounced } from './use-announced.ts';
import { useSession } from './use-session.ts';

export function App({ session }: { readonly session: Session }): JSX.Element {
  useSession(session);
  const [isHelping, setHelping] = useState(false);
  const [zoom, setZoom] = useState<Zoom>('auto');
  const commands = useMemo(() => createCommands(session, setZoom), [session]);
  const onHelp = useCallback(() => setHelping(true), []);
  useDeskKeys({ session, commands, onHelp });
  return (
    <div class="page">
      <TopBar session={session} onHelp={onHelp} />
      <Notices session={session} />
      <main class="desk">
        <div class="side">
          <Filters session={session} />
          <ActorList session={session} />
        </div>
        <Shown
          session={session}
          toolbar={<Toolbar session={session} commands={commands} />}
          zoom={zoom}
        />
      </main>
      <KeyHelp keys={KEYS} isOpen={isHelping} onClose={() => setHelping(false)}>
        <p>
          The search takes words, and <code>older:5m</code>, <code>newer:30s</code>,{' '}
          <code>state:</code>, <code>workspace:</code>, <code>action:</code>, <code>id:</code>,{' '}
          <code>process:</code>, <code>is:lost</code>; a <code>-</code> before a word leaves out
          what it finds.
        </p>
        <p>⟦U+202E⟧ stands for a character that cannot be seen. Secrets never get here.</p>
      </KeyHelp>
    </div>
  );
}

const Notices = ({ session }: { readonly session: Session }): JSX.Element => (
  <div class="notices" role="status">
    {noticesOf(session.state.link, session.actors.processes()).map((notice) => (
      <p key={notice} class="notice">
        {notice}
      </p>
    ))}
  </div>
);

interface ShownProps {
  readonly session: Session;
  readonly toolbar: JSX.Element;
  readonly zoom: Zoom;
}

/** One actor or all of them, on the chart and beside it. */
function Shown({ session, toolbar, zoom }: ShownProps): JSX.Element {
  const { actorId, machine, timeline } = session.state;
  const row = actorId === null ? undefined : session.actors.get(actorId);
  const { entries } = timeline;
  const index = indexOf(timeline);
  const situation = useMemo(
    () => (entries?.length ? situationAt(entries, index) : row && situationOf(row)),
    [entries, index, row],
  );
  const { rows, counts } = session.listing();
  const saying = row ? sayingOf(row, situation?.current) : countText(rows.length, machine);
  const announced = useAnnounced(saying);
  return (
    <>
      <section class="stage" aria-label="Chart">
        {toolbar}
        <ChartPane
          machine={row?.machine ?? machine}
          lighting={situation ?? null}
          counts={row ? null : counts}
          moment={situation?.takenAt ?? -1}
          actor={actorId}
          label={`Chart of the ${machine} machine. ${saying}`}
          zoom={zoom}
          onTaken={(listener) => session.onTaken(listener)}
        />
        {row && <Scrubber session={session} />}
        <p class="unseen" aria-live="polite">
          {announced}
        </p>
      </section>
      <aside class="beside">
        {row && situation ? (
          <ActorPane session={session} row={row} situation={situation} />
        ) : (
          <AllPane session={session} />
        )}
      </aside>
    </>
  );
}
