import type { JsonValue } from '../../../../machines/index.ts';
import { summaryOf } from '../../../page/summary.ts';
import type { Approval } from './approval.ts';
import { isObject } from './arguments.ts';

export interface Comparison {
  /** Other waiting requests with the same words. */
  readonly others: number;
  /** Members of the arguments that are not the same in all of them. */
  readonly differing: ReadonlySet<string>;
  /** The arguments differ, whether or not members can be named. */
  readonly differs: boolean;
}

/** What a request has in common with the ones that read the same; `null` when none does. */
export function compareWithOthers(
  approval: Approval,
  waiting: readonly Approval[],
): Comparison | null {
  const others = waiting.filter(
    ({ id, action }) => id !== approval.id && action === approval.action,
  );
  if (others.length === 0) return null;
  const differing = new Set(others.flatMap(({ args }) => differingKeys(approval.args, args)));
  return {
    others: others.length,
    differing,
    differs: others.some(({ args }) => !isSameJson(approval.args, args)),
  };
}

function differingKeys(a: JsonValue, b: JsonValue): string[] {
  if (!isObject(a) || !isObject(b)) return [];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => !isSameJson(memberOf(a, key), memberOf(b, key)));
}

const memberOf = (value: JsonValue, key: string): JsonValue | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** Named at most this often in a list, compared with at most this many. */
const MAX_NAMED = 2;
const MAX_COMPARED = 20;

/** What tells a request from the ones that read the same, for one line of a list; empty when nothing. */
export function differenceText(approval: Approval, waiting: readonly Approval[]): string {
  const { args, action } = approval;
  const alike = waiting.filter((other) => other.action === action).slice(0, MAX_COMPARED);
  const comparison = compareWithOthers(approval, alike);
  return [...(comparison?.differing ?? [])]
    .slice(0, MAX_NAMED)
    .map((key) => `${summaryOf(key, 30)}: ${summaryOf(memberText(args, key), 60)}`)
    .join(', ');
}

/** How much of a digest tells two requests apart at a glance; hex digits. */
const DIGEST_PREFIX = 12;

/** The start of the digest, where another waiting request reads the same; else empty. */
export function digestPrefix(approval: Approval, waiting: readonly Approval[]): string {
  const { id, action, digest } = approval;
  const isAlike = waiting.some((other) => other.id !== id && other.action === action);
  const [kind, hex = ''] = (isAlike && digest ? digest : '').split(':');
  return hex === '' ? '' : `${kind}:${hex.slice(0, DIGEST_PREFIX)}…`;
}

function memberText(args: JsonValue, key: string): string {
  const value = memberOf(args, key);
  if (value === undefined) return 'not given';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Equal as JSON: the order of members says nothing. */
export function isSameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSameJson(item, b[index]));
  if (isObject(a) && isObject(b))
    return Object.keys(a).length === Object.keys(b).length && differingKeys(a, b).length === 0;
  return a === b;
}
