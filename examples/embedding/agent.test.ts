/** The agent is where the approval machine is, whatever happens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApprovalSystem, IMPOSSIBLE, machineSystem, testApprovals } from 'countersign/testing';
import { chatMachine } from './agent.ts';
import { MemoryChat } from './memory-chat.ts';

/** Services that are not ours settle when the walk says so; for ours, we say how. */
function agentSystem(): ApprovalSystem {
  const chat = new MemoryChat();
  const take = () => (chat.message === 'on its way' ? chat.take() : IMPOSSIBLE);
  const answer = (yes: boolean) => () => (chat.message === 'open' ? chat.answer(yes) : IMPOSSIBLE);
  return machineSystem(chatMachine(chat), {
    approver: 'maria',
    steps: {
      'submitted, channel down': take,
      'a person approves': answer(true),
      'a person denies': answer(false),
      // Given up while the message was on its way: it arrives, and is removed.
      'taken back': take,
    },
    byItself: ({ state }) => {
      if (state !== 'withdrawing' || chat.message === 'on its way') return undefined;
      return chat.message === 'none' ? 'there was nothing to take back' : 'taken back';
    },
    observe: () => ({ pending: chat.message === 'open' ? 1 : 0 }),
  });
}

void test('the agent is where the machine is', async () => {
  const report = await testApprovals(agentSystem, { walks: 50 });
  process.stdout.write(`${String(report)}\n`);
  const { walked } = report.coverage.states;
  for (const state of ['granted', 'denied', 'timeout', 'withdrawn'])
    assert.ok(walked.includes(state), `${state} was not reached`);
  assert.deepEqual(report.coverage.pairs.open, []);
});
