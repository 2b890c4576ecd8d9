/**
 * Appends to the log at the path until it is killed: 64 at a time, each told on standard output by
 * its number once it is on disk.
 */
import { writeSync } from 'node:fs';
import { openAuditLog } from 'countersign';
import { cyclic, events } from './events.ts';

const WRITERS = 64;
/** Nobody killed it. */
const ENOUGH = 1_000_000;

const log = await openAuditLog({ path: process.argv[2] ?? '' });
let next = 0;

async function write(): Promise<void> {
  while (next < ENOUGH) {
    const n = next++;
    const event = cyclic(events, n);
    log.append({ ...event, extras: { ...event.extras, n } });
    await log.flush();
    // Told at once: what this process still holds when it is killed was told to nobody.
    writeSync(1, `${n}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, write));
