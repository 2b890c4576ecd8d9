/** The process of a platform: `platform.ts <own or molecule> <folder>`. */
import { setTimeout as pause } from 'node:timers/promises';
import { nowMicros } from '../waiting/messages.ts';
import { commandSchema, kindSchema, type Moment, type PlatformReport } from './messages.ts';
import { serveMolecule } from './molecule.ts';
import { serveOwn } from './own.ts';
import { Traffic } from './traffic.ts';

const kind = kindSchema.parse(process.argv[2]);
const traffic = new Traffic();
const served = await (kind === 'own' ? serveOwn(process.argv[3] ?? '') : serveMolecule());

const tell = (report: PlatformReport): void => void process.send?.(report);

async function decide(count: number, everyMs: number): Promise<void> {
  const moments: Moment[] = [];
  for (const id of await served.newest(count)) {
    moments.push([id, nowMicros()]);
    await served.approve(id);
    await pause(everyMs);
  }
  tell({ is: 'decided', moments });
}

process.on('message', (message) => {
  const command = commandSchema.parse(message);
  switch (command.do) {
    case 'count':
      traffic.reset();
      tell({ is: 'counting' });
      break;
    case 'stop':
      tell(traffic.counted());
      break;
    case 'decide':
      void decide(command.count, command.everyMs);
  }
});
process.on('disconnect', () => process.exit());
tell({ is: 'listening', url: served.url });
