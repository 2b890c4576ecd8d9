import type { JsonObject, JsonValue } from '../../../../machines/index.ts';
import type { Approval } from './approval.ts';
import { boundText } from './text-bounds.ts';

/** One text of an agent's, bounded by itself. */
export interface Block {
  readonly id: string;
  readonly text: string;
}

export interface ArgumentRow extends Block {
  readonly key: string;
  /** What the value is where its text alone would not say: `"5"` and `5` look alike. */
  readonly type: string;
}

export type ArgumentsView =
  | { readonly kind: 'none' }
  | { readonly kind: 'rows'; readonly rows: readonly ArgumentRow[] }
  | { readonly kind: 'json'; readonly block: Block };

/** More members, or longer names, read better as JSON. */
const MAX_ROWS = 40;
const MAX_KEY = 80;
const MAX_LINE = 60;

export const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Key and value where the arguments are an object of a handful of members; JSON otherwise. */
export function viewArguments(args: JsonValue): ArgumentsView {
  if (args === null) return { kind: 'none' };
  if (!isObject(args) || !isTable(Object.keys(args)))
    return { kind: 'json', block: { id: 'args', text: pretty(args) } };
  const rows = Object.entries(args).map(([key, value]) => rowOf(key, value));
  return { kind: 'rows', rows };
}

const isTable = (keys: readonly string[]): boolean =>
  keys.length > 0 && keys.length <= MAX_ROWS && keys.every((key) => key.length <= MAX_KEY);

/** JSON on one line where it is short, else indented. */
const pretty = (value: JsonValue): string => {
  const line = JSON.stringify(value, null, 1).replace(/\n */g, ' ');
  return line.length <= MAX_LINE ? line : JSON.stringify(value, null, 2);
};

function rowOf(key: string, value: JsonValue): ArgumentRow {
  const id = `args.${key}`;
  if (typeof value === 'string')
    return { id, key, text: value, type: value === '' ? 'empty text' : '' };
  return { id, key, text: pretty(value), type: typeOf(value) };
}

function typeOf(value: Exclude<JsonValue, string>): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.length === 1 ? 'list of 1' : `list of ${value.length}`;
  return typeof value === 'object' ? '' : typeof value;
}

/** Every text that the digest covers, as it is shown. */
export function blocksOf(approval: Approval): Block[] {
  const view = viewArguments(approval.args);
  return [
    { id: 'action', text: approval.action },
    { id: 'reason', text: approval.reason },
    ...(view.kind === 'rows' ? view.rows : []),
    ...(view.kind === 'json' ? [view.block] : []),
  ];
}

const longOnes = new WeakMap<Approval, readonly string[]>();

/** The ids of the texts that are too long to be shown at once. */
export function longBlocks(approval: Approval): readonly string[] {
  const known = longOnes.get(approval);
  if (known) return known;
  const ids = blocksOf(approval).flatMap(({ id, text }) => (boundText(text).hidden > 0 ? id : []));
  longOnes.set(approval, ids);
  return ids;
}

/** Those of them that nobody has opened. While there are any, nobody has seen what he approves. */
export const unseenBlocks = (approval: Approval, opened: ReadonlySet<string>): readonly string[] =>
  longBlocks(approval).filter((id) => !opened.has(id));
