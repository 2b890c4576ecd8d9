import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { type AuditReport, verifyAuditLog } from '../../../../src/audit/index.ts';
import { chainLines } from '../../audit-events.ts';
import { isExact } from '../hostile-values.ts';
import { readJsonText } from '../json-reader.ts';
import { demand, returned, target } from '../target.ts';
import { garbage, longRun, nastyPiece } from '../text.ts';

const KEY = 'a key';
const [ONE, OTHER, KEYED] = [chainLines(6), chainLines(4), chainLines(5, KEY)];

type Entry = Readonly<Record<string, unknown>>;

interface Log {
  readonly lines: readonly string[];
  readonly hmacKey: string | undefined;
}

const LOGS: readonly Log[] = [
  { lines: ONE, hmacKey: undefined },
  { lines: ONE.flatMap((line, n) => [line, ...OTHER.slice(n, n + 1)]), hmacKey: undefined },
  { lines: KEYED, hmacKey: KEY },
];

type Change = readonly [kind: number, at: number, to: number, text: string];

const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.tuple(
    fc.nat(12),
    fc.nat(20),
    fc.nat(2_000),
    fc.oneof(
      { weight: 40, arbitrary: nastyPiece },
      { weight: 10, arbitrary: garbage },
      { weight: 10, arbitrary: fc.constantFrom('', '{}', 'null', '[1]', '{"seq":0}', ...OTHER) },
      { weight: 1, arbitrary: longRun(64 * 1024) },
    ),
  ),
  { maxLength: 3 },
);

interface Tampered extends Log {
  readonly written: readonly string[];
}

const inputs: fc.Arbitrary<Tampered> = fc
  .tuple(fc.constantFrom(...LOGS), changes)
  .map(([{ lines, hmacKey }, by]) => ({
    hmacKey,
    written: lines,
    lines: by.reduce(changed, lines),
  }));

function changed(lines: readonly string[], [kind, where, to, text]: Change): readonly string[] {
  if (lines.length === 0) return [text];
  const at = where % lines.length;
  const line = lines[at] ?? '';
  const inLine = to % (line.length + 1);
  switch (kind) {
    case 0:
      return lines.toSpliced(at, 1);
    case 1:
      return lines.toSpliced(at, 0, text);
    case 2:
      return lines.toSpliced(to % (lines.length + 1), 0, line);
    case 3:
      return lines.toSpliced(at, 1).toSpliced(to % Math.max(1, lines.length), 0, line);
    case 4:
      return lines.with(at, flipped(line, inLine, where));
    case 5:
      return lines.with(at, line.slice(0, inLine) + text + line.slice(inLine));
    case 6:
      return lines.with(at, line.slice(0, inLine));
    case 7:
      return lines.slice(0, at);
    case 8:
      return lines.with(at, line.replace(/^\{/, `{"seq":${to},`));
    case 9:
      return lines.with(at, line.replace(/"outcome":"\w*"/, `"outcome":${JSON.stringify(text)}`));
    case 10:
      return lines.with(at, rehashed(line.replace('"approve"', '"forged"')));
    case 11:
      return lines.with(at, line.replace(/"n":(\d)/, '"n" : $1.0'));
    default:
      return lines.with(at, line.replace('"action":', '"\\u0061ction": '));
  }
}

/** As somebody would forge it who knows the format, and no key. */
function rehashed(line: string): string {
  const fields = recordOf(line);
  return fields === undefined ? line : JSON.stringify({ ...fields, hash: hashOf(fields) });
}

function hashOf(record: Entry): string {
  const content = Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'hash'));
  return createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest('hex');
}

/** One bit of one character. */
const flipped = (line: string, at: number, bit: number): string =>
  line.slice(0, at) +
  String.fromCharCode((line.charCodeAt(at) || 0) ^ (1 << (bit % 7))) +
  line.slice(at + 1);

/** What a line says, whoever spelt it; `undefined` for what reads in two ways, or not at all. */
function recordOf(line: string): Entry | undefined {
  const reading = line.isWellFormed() ? readJsonText(line, 64) : undefined;
  const value = reading?.is === 'read' && !reading.huge ? reading.value : undefined;
  if (typeof value !== 'object' || value === null || !isExact(value)) return undefined;
  return Array.isArray(value) ? undefined : Object.fromEntries(Object.entries(value));
}

/** A process that was killed may leave a whole record without the end of its line. */
const BETWEEN_RECORDS = /(?<=\})(?=\{"timestamp":)/;

function chainsOf(lines: readonly string[]): Map<unknown, Entry[]> {
  const chains = new Map<unknown, Entry[]>();
  const pieces = lines.flatMap((line) => line.split(BETWEEN_RECORDS));
  for (const line of pieces.filter((text) => text !== '')) {
    const record = recordOf(line) ?? { chain: 'unreadable' };
    chains.set(record['chain'], [...(chains.get(record['chain']) ?? []), record]);
  }
  return chains;
}

/**
 * All that may happen unseen: ends cut off, other spelling, chains in other turns, empty lines.
 * @param forged whether the last record of a chain may be another, with a hash that is right
 */
function isUnchanged({ written, lines, hmacKey }: Tampered, forged: boolean): boolean {
  const known = hmacKey === undefined && !written.includes(OTHER[0] ?? '') ? OTHER : [];
  const before = chainsOf([...written, ...known]);
  return [...chainsOf(lines)].every(([chain, records]) =>
    records.every((record, index) => {
      const isLast = index === records.length - 1 && hmacKey === undefined;
      if (forged && isLast && record['hash'] === hashOf(record)) return true;
      return canonicalize(before.get(chain)?.[index]) === canonicalize(record);
    }),
  );
}

/** From 1: no line before it was touched. */
const firstTouched = ({ written, lines }: Tampered): number =>
  1 + lines.findIndex((line, index) => line !== written[index]);

/** Every change is named but a tail that was cut off, on a line that is there, and nothing else is. */
export const auditLogs = target<Tampered, AuditReport>({
  name: 'audit logs',
  inputs,
  parse: ({ lines, hmacKey }) => verifyAuditLog(lines, { hmacKey }),
  judge: (log, attempt) => {
    const report = returned(attempt);
    // Without a key whoever can write the file can write its last record anew.
    const isRight = report.status === 'intact' ? isUnchanged(log, true) : !isUnchanged(log, false);
    demand(isRight && report.status !== 'unreadable', `${report.status}, and should not be`);
    if (report.first_problem === undefined) return 'accepted';
    const { line, message } = report.first_problem;
    // Of two records whose hashes are right and do not fit, the one before may be the wrong one.
    demand(line >= firstTouched(log) - 2, `named line ${line}, which nobody touched`);
    demand(line <= log.lines.length, `named line ${line}, which is not there`);
    demand(message.length < 500, 'the message is too long');
    return 'rejected';
  },
});
