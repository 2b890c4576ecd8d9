import type { JSX } from 'preact';
import { chartOf } from '../charts.ts';
import type { Session } from '../session.ts';
import { stateTone } from './tone.ts';

export const SEARCH_ID = 'search';

/** The search box, and a button for each state in which there are actors. */
export function Filters({ session }: { readonly session: Session }): JSX.Element {
  const { search, query } = session.state;
  return (
    <search class="filters">
      <label class="search">
        <span class="unseen">Find actors by id, state, workspace, action or age</span>
        <input
          id={SEARCH_ID}
          class="field"
          type="search"
          autoComplete="off"
          spellcheck={false}
          placeholder="Search: state, id, older:5m"
          aria-describedby="search-problem"
          value={search}
          onInput={({ currentTarget }) => session.search(currentTarget.value)}
          onKeyDown={(event) => {
            if (isEnd(event)) session.search('');
          }}
        />
        <kbd class="key">/</kbd>
      </label>
      <p id="search-problem" class="problem" role="status">
        {query.problems.join(' ')}
      </p>
      <States session={session} />
    </search>
  );
}

/** Browsers empty a search field at Escape, and not all of them say so with an `input` event. */
const isEnd = ({ key, isComposing }: KeyboardEvent): boolean => key === 'Escape' && !isComposing;

function States({ session }: { readonly session: Session }): JSX.Element {
  const { counts } = session.listing();
  const { machine, states } = session.state;
  const inOrder = chartOf(machine)?.states ?? [];
  const others = [...counts.keys()].filter((state) => !inOrder.includes(state));
  const shown = [...inOrder, ...others].filter((state) => counts.has(state) || states.has(state));
  return (
    <fieldset class="chips">
      <legend class="unseen">Only these states</legend>
      {shown.map((state) => (
        <button
          key={state}
          type="button"
          class={`chip ${stateTone(state)}`}
          aria-pressed={states.has(state)}
          onClick={() => session.toggleState(state)}
        >
          <span class="dot" aria-hidden="true" />
          <span class="chip-state">{state}</span>{' '}
          <span class="n">{(counts.get(state) ?? 0).toLocaleString('en')}</span>
        </button>
      ))}
    </fieldset>
  );
}
