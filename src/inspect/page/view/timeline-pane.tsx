import type { JSX } from 'preact';
import { eventLabel } from '../../graph.ts';
import type { Entry } from '../../wire.ts';
import { indexOf } from '../model/timeline.ts';
import { countText, moveOf, offsetText } from '../model/words.ts';
import type { Session } from '../session.ts';
import { Rows } from './rows.tsx';
import { Said } from './said.tsx';

const ROW_HEIGHT = 28;
export const TIMELINE_ID = 'timeline';

/** What happened to the chosen actor, the first first. */
export function TimelinePane({ session }: { readonly session: Session }): JSX.Element {
  const { timeline } = session.state;
  const { entries, forgotten } = timeline;
  const began = entries?.[0]?.at ?? 0;
  const index = indexOf(timeline);
  const isPast = (entry: Entry): boolean =>
    timeline.position !== null && entry.n > (entries?.[index]?.n ?? 0);
  return (
    <section class="pane timeline" aria-labelledby="timeline-heading">
      <h2 id="timeline-heading">
        Timeline{' '}
        <span class="n">{entries ? countText(entries.length, 'entry', 'entries') : ''}</span>
      </h2>
      {forgotten > 0 && (
        <p class="remark">
          {countText(forgotten, 'older entry was', 'older entries were')} forgotten.
        </p>
      )}
      {entries === null ? (
        <p class="nothing">Reading the timeline…</p>
      ) : (
        <Rows
          id={TIMELINE_ID}
          label="Timeline"
          rows={entries}
          rowHeight={ROW_HEIGHT}
          keyOf={({ n }) => n}
          classOf={(entry) => `${entry.kind} ${isPast(entry) ? 'ahead' : ''}`}
          chosen={index}
          onChoose={(_, chosen) => session.scrub(chosen)}
          draw={(entry) => <Line entry={entry} began={began} />}
        />
      )}
    </section>
  );
}

const KINDS = {
  began: 'began',
  transition: 'event',
  ignored: 'ignored',
  service: 'service',
  audit: 'audit',
  ended: 'ended',
} as const satisfies Record<Entry['kind'], string>;

interface LineProps {
  readonly entry: Entry;
  readonly began: number;
}

const Line = ({ entry, began }: LineProps): JSX.Element => (
  <>
    <span class="entry-at">{offsetText(entry.at - began)}</span>
    <span class="entry-kind">{KINDS[entry.kind]}</span>
    <span class="entry-what">
      <span class="entry-label">
        <Said text={eventLabel(entry.label)} limit={120} />
      </span>
      {moveOf(entry) !== '' && (
        <span class="entry-move">
          <Said text={moveOf(entry)} limit={120} />
        </span>
      )}
    </span>
  </>
);
