/** When all have their answer: did each get what it may get, and does the record say the same? */
import { expect } from 'vitest';
import type { Outcome } from '../../machines/index.ts';
import { digestOf } from '../../src/protocol/digest.ts';
import type { FakeRow } from '../../src/testing/index.ts';
import { type Asked, type AskersModel, CONTENTS, type Word } from './askers-model.ts';

/** A row, and the digest that it was asked with. */
export interface AskedRow extends FakeRow {
  readonly digest: string | undefined;
}

export interface Evidence {
  /** Every row that there ever was, as it ended. */
  readonly rows: readonly AskedRow[];
  readonly audit: readonly {
    readonly trace_id: string;
    readonly outcome: string;
    readonly [extra: string]: unknown;
  }[];
  /** Whether a frame alone grants nothing. */
  readonly confirmGrants: boolean;
}

const STATUS_OF: Readonly<Record<Word, Outcome['status']>> = {
  approved: 'granted',
  denied: 'denied',
  expired: 'timeout',
  withdrawn: 'withdrawn',
};

export function judge(model: AskersModel, evidence: Evidence): void {
  for (const asked of model.asked) {
    expect(asked.ends, `the answers to asker ${asked.number}`).toHaveLength(1);
    for (const outcome of asked.ends) {
      const about = `asker ${asked.number} got ${JSON.stringify(outcome)}`;
      if (outcome.status === 'failed') expectExcuse(model, asked, outcome.error.code, about);
      else expectSaid(model, evidence, asked, outcome, about);
      if (outcome.approved) expectContent(evidence, asked, outcome, about);
    }
  }
  judgeRecords(model, evidence);
  judgeRows(model, evidence);
}

/** Every end has its reason, and what was said in time is what was got. */
function expectSaid(
  model: AskersModel,
  { rows, confirmGrants }: Evidence,
  asked: Asked,
  outcome: Outcome,
  about: string,
): void {
  const row = rows.find(({ id }) => id === outcome.approvalId);
  const said = model.said.filter(({ id }) => id === row?.id);
  const first = row === undefined ? undefined : model.endOf(row.id);
  // Who asks with one key shares one approval, and the first one's deadline.
  const family = model.familyOf(asked);
  const gaveUp = family.some(({ gaveUpAt }) => gaveUpAt !== undefined);
  const isShort = family.some(({ seconds }) => seconds < 60);
  const isLate = (order: number) => asked.gaveUpAt !== undefined && asked.gaveUpAt < order;
  const believed = said.filter(
    ({ word, by, order }) =>
      !isLate(order) && !(by === 'frame' && word === 'approved' && confirmGrants),
  );
  const allowed = new Set(believed.map(({ word }) => STATUS_OF[word]));
  if (gaveUp || row?.decided_by?.startsWith('withdrawn: ') === true) allowed.add('withdrawn');
  if (isShort) allowed.add('timeout');
  expect([...allowed], about).toContain(outcome.status);
  const hasOneEnd = said.every(({ by }) => by === 'row') && !gaveUp && !isShort;
  if (first !== undefined && hasOneEnd) expect(outcome.status, about).toBe(STATUS_OF[first.word]);
  if (outcome.status !== 'granted' && outcome.status !== 'denied') return;
  if (outcome.status === 'denied') expect(outcome.cause, about).toBe('human');
  const deciders = believed.filter(({ word }) => STATUS_OF[word] === outcome.status);
  expect(
    deciders.map(({ who }) => who),
    about,
  ).toContain(outcome.decidedBy);
}

/** What runs is what was asked is what the platform was sent. */
function expectContent({ rows }: Evidence, asked: Asked, outcome: Outcome, about: string): void {
  const row = rows.find(({ id }) => id === outcome.approvalId);
  const { action = '', args } = CONTENTS[asked.content] ?? {};
  const digest =
    args === undefined || row === undefined
      ? undefined
      : digestOf({ action, args, workspaceId: row.workspace_id });
  expect(row, about).toMatchObject({ action, digest, task_id: asked.key ?? outcome.traceId });
  expect(outcome.digest, about).toBe(digest);
  expect('args' in outcome ? outcome.args : undefined, about).toEqual(args);
}

/** A key in use for something else, or a trouble that was made. */
function expectExcuse(model: AskersModel, asked: Asked, code: string, about: string): void {
  const { key, content } = asked;
  // Of two who ask at the same time, either may be the first.
  const isConflict = model.asked.some(
    (other) => key !== undefined && other.key === key && other.content !== content,
  );
  const excuses = new Set<string>(model.excused);
  if (isConflict) excuses.add('conflict');
  if (model.mayFail(asked)) for (const excuse of ['transport', 'auth']) excuses.add(excuse);
  expect([...excuses], about).toContain(code);
}

const TERMINAL = new Set(['granted', 'denied', 'timeout', 'withdrawn', 'failure']);

function judgeRecords(model: AskersModel, { audit }: Evidence): void {
  const ends = audit.filter(({ outcome }) => TERMINAL.has(outcome));
  for (const trace of new Set(audit.map(({ trace_id }) => trace_id))) {
    const own = audit.filter(({ trace_id }) => trace_id === trace);
    const hasLeft = own.every(({ outcome }) => outcome === 'left');
    const terminals = ends.filter(({ trace_id }) => trace_id === trace);
    expect(terminals.length, `the ends of ${JSON.stringify(own)}`).toBe(hasLeft ? 0 : 1);
  }
  for (const { ends: answers } of model.asked)
    for (const { traceId, status } of answers) {
      const own = audit.filter(({ trace_id }) => trace_id === traceId);
      const word = status === 'failed' ? 'failure' : status;
      const hasLeft = own.some(
        ({ outcome, status: left }) => outcome === 'left' && left === status,
      );
      if (!hasLeft) expect(own.map(({ outcome }) => outcome)).toContain(word);
    }
}

/** One key, one row; and nobody can approve what nobody waits for. */
function judgeRows(model: AskersModel, { rows }: Evidence): void {
  const kept = rows.filter(({ id }) => !model.forgotten.has(id));
  const keys = kept.map(({ task_id }) => task_id);
  expect(new Set(keys).size, 'a question was asked twice').toBe(keys.length);
  const given = new Set(
    model.asked
      .filter((asked) => model.mayFail(asked))
      .map(({ key, traceId, ends }) => key ?? traceId ?? ends[0]?.traceId),
  );
  const pending = kept.filter(({ status, task_id }) => status === 'pending' && !given.has(task_id));
  expect(pending, 'rows that nobody waits for').toEqual([]);
}
