/** The measured process: asks, polls, and says when answers came: `subject.ts <url> <folder>`. */
import { countersignAsker } from '../waiting/countersign-asker.ts';
import { nowMicros } from '../waiting/messages.ts';
import { orderSchema, type Report } from './messages.ts';

/** Creates under way at once. */
const AT_ONCE = 64;

const [, , platformUrl = '', folder = ''] = process.argv;
const asker = countersignAsker({
  client: 'countersign',
  audit: 'memory',
  journal: false,
  inspect: false,
  transport: 'polling',
  platformUrl,
  folder,
});

const tell = (report: Report): void => void process.send?.(report);
let asked = 0;

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : JSON.stringify(error)}\n`);
  process.exit(1);
}

/** Resolves when so many more wait. */
function fill(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const last = asked + count;
  let waiting = 0;
  const next = (): void => {
    if (asked === last) return;
    asked += 1;
    asker.ask(`Refund order ${asked}`, begun, answered).catch(fail);
  };
  const begun = (): void => {
    waiting += 1;
    if (waiting === count) resolve();
    else next();
  };
  for (let at = 0; at < AT_ONCE; at += 1) next();
  return promise;
}

const answered = (id: string): void => tell({ is: 'answered', moment: [id, nowMicros()] });

function usedCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  switch (order.do) {
    case 'fill':
      void fill(order.count).then(() => tell({ is: 'filled' }));
      break;
    case 'cpu':
      tell({ is: 'cpu', micros: usedCpu() });
      break;
    case 'end':
      // What still waits would be taken back, one by one.
      process.exit();
  }
});
