import type { JSX } from 'preact';
import type { JsonValue } from '../../../../machines/index.ts';
import { childrenOf, leafText, MOST_CHILDREN, summaryOfValue } from '../model/json.ts';
import { Said } from './said.tsx';

interface JsonTreeProps {
  readonly value: JsonValue;
  readonly name?: string;
  /** Levels that are open at first. */
  readonly open?: number;
}

/** JSON as a tree that opens and closes. */
export function JsonTree({ value, name, open = 2 }: JsonTreeProps): JSX.Element {
  const children = childrenOf(value);
  if (children === null) return <Leaf value={value} name={name} />;
  return (
    <details class="json" open={open > 0}>
      <summary>
        {name !== undefined && <Name name={name} />}
        <span class="json-summary">{summaryOfValue(value)}</span>
      </summary>
      <div class="json-children">
        {children.slice(0, MOST_CHILDREN).map(([key, child]) => (
          <JsonTree key={key} name={key} value={child} open={open - 1} />
        ))}
        {children.length > MOST_CHILDREN && (
          <p class="remark">{children.length - MOST_CHILDREN} more are not shown.</p>
        )}
      </div>
    </details>
  );
}

const Name = ({ name }: { readonly name: string }): JSX.Element => (
  <span class="json-name">
    <Said text={name} limit={80} />:{' '}
  </span>
);

const Leaf = ({
  value,
  name,
}: {
  readonly value: JsonValue;
  readonly name: string | undefined;
}): JSX.Element => (
  <div class="json-leaf">
    {name !== undefined && <Name name={name} />}
    <bdi class={`said json-${value === null ? 'null' : typeof value}`}>{leafText(value)}</bdi>
  </div>
);
