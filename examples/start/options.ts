import { parseArgs } from 'node:util';
import type { ScriptedDecision } from 'countersign/testing';

export interface Options {
  /** Who decides: a person, or a script that says this to everything. */
  readonly decide: ScriptedDecision | undefined;
  /** The longest wait, as `10m`. */
  readonly timeout: string;
  /** `undefined`: 8080, or a free one where that is taken. */
  readonly port: number | undefined;
}

export const USAGE = `Usage: npm start -- [--decide approve|deny|none] [--timeout 10m] [--port N]

  --decide WORD   let a script decide in place of a person, through the platform's HTTP interface
  --timeout TIME  how long the agent waits: 90s, 10m, 2h; default 10m, with --decide none 3s
  --port N        of the platform; default 8080, or a free one where that is taken`;

const DECISIONS = ['approve', 'deny', 'none'] as const;

/** @throws Error that says what is wrong */
export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      decide: { type: 'string' },
      timeout: { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const decide = DECISIONS.find((word) => word === values.decide);
  if (decide === undefined && values.decide !== undefined)
    throw new Error(`--decide must be one of ${DECISIONS.join(', ')}, not "${values.decide}"`);
  return {
    decide,
    timeout: values.timeout ?? (decide === 'none' ? '3s' : '10m'),
    port: values.port === undefined ? undefined : portOf(values.port),
  };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Error(`--port must be a whole number from 0 to 65535, not "${text}"`);
}
