/** What the disk takes for a record, whoever writes it. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nowMicros } from './messages.ts';

const BYTES = 500;
const TIMES = 200;

/** One write of a record's size and one fdatasync, one after the other; the median, µs. */
export async function fdatasyncMicros(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const file = await open(join(folder, 'file'), 'a');
  const record = Buffer.alloc(BYTES, 'x');
  const times: number[] = [];
  try {
    for (let at = 0; at < TIMES; at += 1) {
      const before = nowMicros();
      await file.write(record);
      await file.datasync();
      times.push(nowMicros() - before);
    }
  } finally {
    await file.close();
    await rm(folder, { recursive: true, force: true });
  }
  return times.toSorted((a, b) => a - b)[TIMES / 2] ?? Number.NaN;
}
