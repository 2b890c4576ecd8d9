import type { JSX } from 'preact';
import type { JsonValue } from '../../../../machines/index.ts';
import { type ArgumentRow, viewArguments } from '../model/arguments.ts';
import type { Comparison } from '../model/comparison.ts';
import { AgentText, Inline } from './agent-text.tsx';

interface ArgumentsProps {
  readonly args: JsonValue;
  readonly comparison: Comparison | null;
  readonly opened: ReadonlySet<string>;
  readonly onOpen: (ids: readonly string[]) => void;
}

/** The arguments that will run: a table where they are a handful of members, JSON otherwise. */
export function Arguments({ args, comparison, ...opening }: ArgumentsProps): JSX.Element {
  const view = viewArguments(args);
  if (view.kind === 'none')
    return (
      <p class="nothing">None. The agent gave words only; what it runs is not bound to them.</p>
    );
  if (view.kind === 'json') return <AgentText block={view.block} {...opening} />;
  return (
    <dl class="arguments">
      {view.rows.map((row) => (
        <Row key={row.id} row={row} differs={comparison?.differing.has(row.key)} {...opening} />
      ))}
    </dl>
  );
}

type RowProps = Pick<ArgumentsProps, 'opened' | 'onOpen'> & {
  readonly row: ArgumentRow;
  readonly differs: boolean | undefined;
};

function Row({ row, differs = false, ...opening }: RowProps): JSX.Element {
  return (
    <div class={differs ? 'argument differs' : 'argument'}>
      <dt>
        <Inline text={row.key} />
        {differs && <span class="tag">differs</span>}
      </dt>
      <dd>
        <AgentText block={row} {...opening} />
        {row.type && <span class="type">{row.type}</span>}
      </dd>
    </div>
  );
}
