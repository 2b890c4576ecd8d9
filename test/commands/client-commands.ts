/** What askers, approvers, the platform and the network do to the client. */
import * as fc from 'fast-check';
import type { FakeRow } from '../../src/testing/index.ts';
import { command } from '../support/command-runs.ts';
import { type AskersModel, CONTENTS, type Word } from './askers-model.ts';
import type { ClientWorld } from './client-world.ts';
import { WORDS } from './words.ts';

const one = (name: string, run: (model: AskersModel, real: ClientWorld) => Promise<void> | void) =>
  command<AskersModel, ClientWorld>(name, async (model, real) => run(model, real));

const which = fc.nat({ max: 9 });

/** Seconds of the fast clock; those of 10 may time out. */
const asking = fc.record({
  content: fc.nat({ max: CONTENTS.length - 1 }),
  key: fc.constantFrom(undefined, undefined, 'k1', 'k2'),
  seconds: fc.constantFrom(600, 600, 10),
});

/** @param waits until the row is there, where there will be one */
const asks = (waits: boolean) =>
  asking.map((question) =>
    one(
      `ask for content ${question.content}, key ${question.key}, within ${question.seconds} s${waits ? '' : ', and go on'}`,
      async (model, { platform, approvals }) => {
        const created = platform.nextRequest('POST /workspaces/*/approvals');
        const { outcome } = model.ask(approvals, question);
        const isShared = model.asked.some(
          ({ key, number }) =>
            key === question.key && number < model.asked.length - 1 && key !== undefined,
        );
        if (waits && !isShared) await Promise.race([created, outcome]);
      },
    ),
  );
const ask = asks(true);
const askAndGoOn = asks(false);

const pendingOf = ({ platform }: ClientWorld, number: number): FakeRow | undefined => {
  const pending = platform.rows().filter(({ status }) => status === 'pending');
  return pending[number % pending.length];
};

export function endRow(
  model: AskersModel,
  { platform }: ClientWorld,
  id: string,
  word: Word,
  silently: boolean,
): void {
  const { status, who } = WORDS[word];
  model.say(id, word, who);
  platform.quirks.dropFrames = silently;
  platform.decide(id, status, who);
  platform.quirks.dropFrames = false;
}

const ending = fc.record({
  which,
  word: fc.constantFrom<Word>('approved', 'approved', 'denied', 'expired', 'withdrawn'),
  silently: fc.boolean(),
});
const decide = ending.map(({ which: number, word, silently }) =>
  one(`the row ${number} is ${word}${silently ? ', silently' : ''}`, (model, real) => {
    const row = pendingOf(real, number);
    if (row !== undefined) endRow(model, real, row.id, word, silently);
  }),
);

const giveUp = which.map((number) =>
  one(`asker ${number} gives up`, (model) => {
    if (model.asked.length > 0) model.at(number).giveUp();
  }),
);

const drop = fc
  .constantFrom(1000, 1001, 1005, 1006, 1008, 1011, 1012, 4401, 4999)
  .map((code) =>
    one(`the sockets close with ${code}`, (_, real) => real.platform.dropSockets(code)),
  );

const refuse = fc.constantFrom(401, 403, 429, 503, undefined).map((status) =>
  one(`upgrades get ${status ?? 'accepted'}`, (_, { platform }) => {
    platform.refuseUpgrades(status);
  }),
);

/** One 401 passes; more of them may last for longer than the client's patience. */
const lists = fc
  .record({ status: fc.constantFrom(401, 429, 500), times: fc.integer({ min: 1, max: 3 }) })
  .map(({ status, times }) =>
    one(`the next ${times} lists get ${status}`, (model, { platform }) => {
      model.troubles.add('lists');
      if (status === 401 && times > 1) model.excused.add('auth');
      const answer = { status, headers: { 'retry-after': '1' }, body: { error: 'not now' } };
      platform.respond(
        'GET /workspaces/*/approvals',
        Array.from({ length: times }, () => answer),
      );
    }),
  );

const loseAnswer = fc.constant(
  one('the answer to the next create gets lost', (model, { platform }) => {
    model.troubles.add('answers');
    platform.respond('POST /workspaces/*/approvals', ['commitThenReset']);
  }),
);

const forget = fc.constant(
  one('the platform forgets its rows', (model, { platform, keepRows }) => {
    keepRows();
    for (const { id } of platform.rows()) model.forgotten.add(id);
    platform.forgetRows();
  }),
);

const frame = (approval_id: string, status: string, decided_by: string) => ({
  event: 'APPROVAL_DECIDED',
  approval_id,
  status,
  decided_by,
});

/** None of these is a decision for anybody here; each would name itself. */
const garbageFor = (id: string): (string | Uint8Array | object)[] => [
  '{"event":',
  [],
  Buffer.from(JSON.stringify(frame(id, 'approved', 'by bytes'))),
  frame(id, 'APPROVED', 'by an unknown status'),
  frame('11111111-0000-4000-8000-000000000000', 'approved', 'by another id'),
  frame(` ${id.toUpperCase()}`, 'approved', 'by capitals'),
  { ...frame(id, 'approved', 'by another workspace'), workspace_id: 'w-other' },
  `{"event":"APPROVAL_DECIDED","approval_id":"x","approval_id":"${id}","status":"approved"}`,
];

const garbage = which.map((number) =>
  one(`frames for row ${number} that decide nothing`, (_, real) => {
    const row = pendingOf(real, number);
    if (row === undefined) return;
    for (const sent of garbageFor(row.id)) real.platform.sendFrame(sent);
  }),
);

/** What was said, once more; or the contrary, by somebody else. */
const repeat = fc.record({ which, contrary: fc.boolean() }).map(({ which: number, contrary }) =>
  one(
    `the end of row ${number} is told again${contrary ? ', as its contrary' : ''}`,
    (model, { platform }) => {
      const ended = model.said[number % model.said.length];
      if (ended === undefined) return;
      const { status, who } = WORDS[ended.word];
      if (!contrary) return platform.sendFrame(frame(ended.id, status, who));
      const word = status === 'approved' ? 'denied' : 'approved';
      model.say(ended.id, word, 'eve', 'frame');
      return platform.sendFrame(frame(ended.id, word, 'eve'));
    },
  ),
);

const asked = [ask, ask, ask, askAndGoOn, decide, decide, decide, giveUp];
const network = [drop, refuse, lists, loseAnswer, forget, garbage, repeat];
export const anything = [...asked, ...network];
