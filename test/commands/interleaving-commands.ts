/** What askers, approvers and the network do while everything is on its way. */
import * as fc from 'fast-check';
import type { Approvals } from '../../src/index.ts';
import { command } from '../support/command-runs.ts';
import { type AskersModel, CONTENTS, type Word } from './askers-model.ts';
import type { InterleavedPlatform } from './interleaved-platform.ts';
import { WORDS } from './words.ts';

export interface Interleaved {
  readonly platform: InterleavedPlatform;
  readonly approvals: Approvals;
  /** Every id that the asking process made. */
  readonly uuids: readonly string[];
}

const one = (name: string, run: (model: AskersModel, real: Interleaved) => Promise<void> | void) =>
  command<AskersModel, Interleaved>(name, async (model, real) => run(model, real));

const content = fc.nat({ max: CONTENTS.length - 1 });
const seconds = fc.constantFrom(300, 300, 20);

const which = fc.nat({ max: 9 });

function end(
  model: AskersModel,
  { platform }: Interleaved,
  id: string,
  word: Word,
  silently = false,
): void {
  const { status, who } = WORDS[word];
  model.say(id, word, who);
  platform.decide(id, status, who, silently);
}

const early = fc.constantFrom(undefined, undefined, 'approved' as const, 'denied' as const);

/** Until its first request is on its way; everything from there on is the scheduler's. */
const ask = fc.record({ content, seconds, early }).map(({ early: word, ...question }) =>
  one(
    `ask for content ${question.content} within ${question.seconds} s${word === undefined ? '' : `, ${word} at once`}`,
    async (model, real) => {
      const called = real.platform.nextCall();
      const asked = model.ask(real.approvals, question);
      asked.traceId = real.uuids.at(-1);
      if (word !== undefined && asked.traceId !== undefined)
        real.platform.onCreate.set(asked.traceId, ({ id }) => end(model, real, id, word));
      await Promise.race([called, asked.outcome]);
    },
  ),
);

const decide = fc
  .record({
    which,
    word: fc.constantFrom<Word>('approved', 'approved', 'denied', 'expired', 'withdrawn'),
    silently: fc.boolean(),
  })
  .map(({ which: number, word, silently }) =>
    one(`the row ${number} is ${word}${silently ? ', silently' : ''}`, (model, real) => {
      const { pending } = real.platform;
      const row = pending[number % pending.length];
      if (row !== undefined) end(model, real, row.id, word, silently);
    }),
  );

const giveUp = which.map((number) =>
  one(`asker ${number} gives up`, (model) => {
    if (model.asked.length > 0) model.at(number).giveUp();
  }),
);

/** A row's end, told once more; and a grant of a row that is not ours. */
const repeat = which.map((number) =>
  one(`the end of row ${number} is told again, and a foreign one`, (model, { platform }) => {
    const ended = model.said[number % model.said.length];
    const tell = (approval_id: string, status: string, decided_by: string) =>
      void platform.announce(
        JSON.stringify({ event: 'APPROVAL_DECIDED', approval_id, status, decided_by }),
      );
    tell('11111111-0000-4000-8000-000000000000', 'approved', 'mallory');
    if (ended !== undefined) tell(ended.id, WORDS[ended.word].status, ended.who);
  }),
);

const drop = fc.constant(one('the sockets drop', (_, { platform }) => platform.dropSockets()));

const loseAnswer = fc.constant(
  one('the answer to the next create gets lost', (_, { platform }) => {
    platform.losesAnswer = true;
  }),
);

/** Creates give up after so long, milliseconds; with some room for what was waited before. */
const PATIENCE_MS = 5_000;

const wait = fc.constantFrom(0, 700, 5_000, 31_000).map((ms) =>
  one(`${ms} ms pass`, (model, { platform }) => {
    for (const asked of model.waiting)
      asked.mayFail ||= ms >= PATIENCE_MS && platform.creating.has(asked.traceId ?? '');
    platform.time.advance(ms);
  }),
);

export const anything = [ask, ask, decide, decide, giveUp, repeat, drop, loseAnswer, wait, wait];
