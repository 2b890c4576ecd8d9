import type { JSX } from 'preact';
import { useServerNow } from '../../../page/use-ticks.ts';
import type { ActorRow } from '../../wire.ts';
import { stateOf } from '../model/listing.ts';
import { ageText, countText, nameOf, shortIdOf } from '../model/words.ts';
import type { Session } from '../session.ts';
import { Rows } from './rows.tsx';
import { Said } from './said.tsx';
import { toneOf } from './tone.ts';

/** Pixels; the style sheet lays two lines out in it. */
const ROW_HEIGHT = 46;
export const LIST_ID = 'actors';

export function ActorList({ session }: { readonly session: Session }): JSX.Element {
  const { rows } = session.listing();
  const { actorId, aheadMs, hasLoaded, search, states } = session.state;
  const isNarrowed = search.trim() !== '' || states.size > 0;
  return (
    <div class="actors">
      <Rows
        id={LIST_ID}
        label="Actors, the newest first"
        rows={rows}
        rowHeight={ROW_HEIGHT}
        keyOf={({ id }) => id}
        classOf={toneOf}
        chosen={actorId === null ? -1 : rows.findIndex(({ id }) => id === actorId)}
        onChoose={({ id }) => session.choose(id)}
        draw={(row) => <Actor row={row} aheadMs={aheadMs} />}
        isAnchored
      />
      {rows.length === 0 && hasLoaded && (
        <p class="nothing">
          {isNarrowed ? 'No actor fits. ' : `No ${session.state.machine} yet.`}
          {isNarrowed && (
            <button type="button" class="link" onClick={() => session.clearFilters()}>
              Show all
            </button>
          )}
        </p>
      )}
      <p class="list-foot">{hasLoaded ? countText(rows.length, 'actor') : 'Reading…'}</p>
    </div>
  );
}

interface ActorProps {
  readonly row: ActorRow;
  readonly aheadMs: number;
}

function Actor({ row, aheadMs }: ActorProps): JSX.Element {
  return (
    <>
      <span class="actor-line">
        <span class="actor-name">
          <Said text={nameOf(row)} />
        </span>
        <Age row={row} aheadMs={aheadMs} />
      </span>
      <span class="actor-line">
        <span class="actor-state">
          {row.status === 'lost' && row.state !== undefined ? `lost · ${row.state}` : stateOf(row)}
        </span>
        <span class="actor-who">
          <span class="actor-id">{shortIdOf(row)}</span>
          {row.workspaceId !== undefined && (
            <span class="actor-workspace">
              <Said text={row.workspaceId} limit={60} />
            </span>
          )}
        </span>
      </span>
    </>
  );
}

/** How old it is, or how old it became. */
function Age({ row, aheadMs }: ActorProps): JSX.Element {
  const now = useServerNow(aheadMs);
  const until = row.status === 'active' ? now : row.changedAt;
  return <span class="actor-age">{ageText(until - row.startedAt)}</span>;
}
