/** Lines that are not whole: a crash in the middle of a write, or a write under way. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DeadlineClock } from '../../machines/index.ts';
import type { OpenFile } from '../environment/files.ts';
import { piecesOf } from './pieces.ts';

/** Bytes that are no record, up to the line feed or to the record behind them. */
export interface TornLine {
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly bytes: number;
  /** Hex, over exactly these bytes. */
  readonly sha256: string;
}

export interface TornLines {
  /** Those that no record names yet. */
  readonly lines: readonly TornLine[];
  /** Whether the file ends without a line feed. */
  readonly endsTorn: boolean;
}

const LINE_FEED = 0x0a;
const LOOKS = 5;
const LOOK_EVERY_MS = 10;
/** How far back is looked at the most: a crash, and what others wrote before they noticed. */
const LOOK_BACK_BYTES = 1024 * 1024;
/** More of them are no crashes. */
const MOST_LINES = 100;

/**
 * Torn lines in what was written since `from`.
 *
 * Another process may be in the middle of its append just now, and the file grows page by page
 * while it is; so a torn-looking end is looked at again for a moment. A wrong guess costs nothing:
 * the line feed written in front of the next record is appended after the other's line and makes
 * an empty line, which means nothing.
 */
export async function findTornLines(
  file: OpenFile,
  from: number,
  clock: DeadlineClock,
): Promise<TornLines> {
  const { size, isTorn } = await settledEnd(file, clock);
  const start = Math.max(0, from - 1, size - LOOK_BACK_BYTES);
  const lines = start < size ? tornIn(await read(file, start, size), start) : [];
  return { lines: lines.slice(-MOST_LINES), endsTorn: isTorn };
}

interface End {
  readonly size: number;
  readonly isTorn: boolean;
}

/** What others append after this look is theirs. */
async function settledEnd(file: OpenFile, clock: DeadlineClock): Promise<End> {
  let end = await endOf(file);
  for (let look = 1; look < LOOKS && end.isTorn; look += 1) {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_EVERY_MS));
    end = await endOf(file);
  }
  return end;
}

async function endOf(file: OpenFile): Promise<End> {
  const size = Number((await file.stat()).size);
  if (size === 0) return { size, isTorn: false };
  const [last] = await read(file, size - 1, size);
  return { size, isTorn: last !== LINE_FEED };
}

/** A crash may have torn the very record that named one, or left one record of two. */
function tornIn(region: Buffer, offset: number): TornLine[] {
  const named = new Set<unknown>();
  const torn: TornLine[] = [];
  for (const line of linesIn(region, offset > 0)) {
    for (const piece of piecesOf(line.bytes)) {
      const at = offset + line.start + piece.offset;
      const record = recordIn(piece.bytes);
      // A whole record without its line feed is torn as well: somebody may add to it yet.
      const isOpen = at + piece.bytes.length === offset + region.length;
      if (record === undefined || isOpen) torn.push(tornLine(at, piece.bytes));
      else if (record.action === 'recover') named.add(record.offset);
    }
  }
  return torn.filter((line) => !named.has(line.offset));
}

/** Not the first one, where it begins before the region: it was looked at before, or is not ours. */
function* linesIn(region: Buffer, isPart: boolean): Generator<{ start: number; bytes: Buffer }> {
  let start = isPart ? endOfLine(region, 0) + 1 : 0;
  while (start < region.length) {
    const end = endOfLine(region, start);
    if (end > start) yield { start, bytes: region.subarray(start, end) };
    start = end + 1;
  }
}

function endOfLine(region: Buffer, start: number): number {
  const at = region.indexOf(LINE_FEED, start);
  return at < 0 ? region.length : at;
}

const tornLine = (offset: number, bytes: Buffer): TornLine => ({
  offset,
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

const recordSchema = z.looseObject({ action: z.unknown(), offset: z.unknown() }).partial();

/** `undefined` where it is no JSON. */
function recordIn(bytes: Buffer): z.infer<typeof recordSchema> | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? {};
  } catch {
    return undefined;
  }
}

async function read(file: OpenFile, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
