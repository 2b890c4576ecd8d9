/** One pending approval, readable at a terminal. All of its text is somebody else's. */
import { visibleInTerminal } from '../../protocol/text.ts';
import { timeLeft } from '../time-left.ts';
import type { View } from './view.ts';

/** The most characters of one text; `--json` has them all. */
const MOST = 2_000;

/** @param serverNow the platform's clock, milliseconds since the epoch */
export function cardOf(view: View, serverNow: number): string {
  const { args, reason, expires_at: expiresAt } = view;
  const rows: [string, string | undefined][] = [
    ['id', shown(view.id)],
    ['workspace', shown(view.workspace_id)],
    ['reason', reason ? shown(reason) : undefined],
    ['args', args === null || args === undefined ? undefined : shown(JSON.stringify(args))],
    ['time left', expiresAt ? timeLeft(Date.parse(expiresAt) - serverNow) : undefined],
  ];
  const lines = rows.flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name.padEnd(9)}  ${text}`],
  );
  return [shown(view.action ?? '(no action)'), ...lines].join('\n');
}

/** One line, nothing in it that a terminal would act on or hide. */
export function shown(text: string): string {
  const hidden = text.length - MOST;
  const visible = visibleInTerminal(hidden > 0 ? text.slice(0, MOST).toWellFormed() : text);
  return hidden > 0 ? `${visible} … (${hidden} more characters, see --json)` : visible;
}
