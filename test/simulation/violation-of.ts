/** How a violation names the ask that it is about. */
import type { Ask } from './ledger.ts';

/** @param guarantee what is broken: a guarantee, a defect, or a rule in words */
export function violationOf(guarantee: string, ask: Ask, what: string): string {
  const traceId = ask.outcome === undefined ? '' : ` ${ask.outcome.traceId}`;
  return `${guarantee}: ${ask.life.name} ${ask.action}${traceId}: ${what}`;
}
