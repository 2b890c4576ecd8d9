/**
 * A process that writes to an audit log: `audit-writer.ts PATH NAME COUNT`. Prints `ready`, waits
 * for a line on stdin, then prints the number of each record once it is on disk, and at last `done`,
 * or `failed` and why.
 */
import { once } from 'node:events';
import { openAuditLog } from '../../src/audit/index.ts';
import { auditEvent } from './audit-events.ts';

const [path = '', name = '', count = '0'] = process.argv.slice(2);
const log = await openAuditLog({ path });
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

say('ready');
await once(process.stdin, 'data');
process.stdin.destroy();
try {
  for (let n = 0; n < Number(count); n += 1) {
    log.append(auditEvent(n, { actor: name }));
    await log.flush();
    say(String(n));
  }
  await log.close();
  say('done');
} catch (error) {
  say(`failed ${String(error)}`);
}
