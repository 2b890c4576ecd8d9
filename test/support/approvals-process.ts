/**
 * A program that walks approvals while a view watches. Arguments: the address of the view, how many,
 * and `--no-close` where it forgets to close its link. A line on standard input goes on, `end` ends.
 */
import { createInterface } from 'node:readline';
import { viewLink } from '../../src/inspect/link/index.ts';
import { APPROVAL_EVENTS } from '../../src/testing/walk/catalogue.ts';
import { approvalRequest } from './approval-request.ts';
import { commandedApproval } from './commanded-approval.ts';

const [url = '', count = '1'] = process.argv.slice(2);
const link = viewLink({ url });
const approvals = Array.from({ length: Number(count) }, (_, index) =>
  commandedApproval(approvalRequest({ traceId: `trace-${index}` }), {
    inspect: (event) => link.inspect(event),
  }),
);
for (const { actor } of approvals) {
  actor.on('audit', ({ event }) => link.audit(event));
  actor.start();
}
const all = async (name: keyof typeof APPROVAL_EVENTS): Promise<void> => {
  for (const approval of approvals) await approval.apply(APPROVAL_EVENTS[name]);
};
await all('the roles allow asking');
await all('submitted, channel live');
for await (const line of createInterface(process.stdin)) {
  if (line === 'end') break;
  await all('a person approves');
}
process.stdin.destroy();
if (!process.argv.includes('--no-close')) await link.close();
