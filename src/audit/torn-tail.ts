/** A file that does not end with a line feed: a crash in the middle of a line, or a line in flight. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DeadlineClock } from '../../machines/index.ts';
import type { OpenFile } from '../files.ts';

/** The last line of a file, where it has no line feed. */
export interface TornLine {
  /** Of its first byte in the file. */
  readonly offset: number;
  readonly bytes: number;
  /** Hex, over exactly these bytes. */
  readonly sha256: string;
}

const LINE_FEED = 0x0a;
const CHUNK_BYTES = 64 * 1024;
const LOOKS = 5;
const LOOK_EVERY_MS = 10;

/**
 * The torn last line, and unfinished ones before it: a crash may have torn the very record that named
 * them. Newest first; empty where the file ends as it should.
 *
 * Another process may be in the middle of its append just now, and the file grows page by page
 * while it is; so a torn-looking end is looked at again for a moment. A wrong guess costs nothing:
 * the line feed written in front of the next record is appended after the other's line and makes
 * an empty line, which means nothing.
 */
export async function findTornLines(file: OpenFile, clock: DeadlineClock): Promise<TornLine[]> {
  const { size, isTorn } = await settledEnd(file, clock);
  const found = isTorn ? [await lineBefore(file, size)] : [];
  const named = new Set<number>();
  let end = found[0]?.offset ?? size;
  for (let looks = 0; end > 0 && looks < MOST_LINES; looks += 1) {
    const line = await lineBefore(file, end - 1);
    const record = line.bytes > 0 ? await recordIn(file, line) : RECOVERY;
    if (record === undefined && !named.has(line.offset)) found.push(line);
    // A crash between two of them leaves the one and not the other.
    if (record !== undefined && record.action !== 'recover') break;
    if (typeof record?.offset === 'number') named.add(record.offset);
    end = line.offset;
  }
  return found;
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

/** More of them are no crashes. */
const MOST_LINES = 100;
/** Longer ones were not written here, and are not read. */
const MOST_BYTES = 8 * 1024 * 1024;

async function lineBefore(file: OpenFile, end: number): Promise<TornLine> {
  const offset = await startOfLastLine(file, end);
  return { offset, bytes: end - offset, sha256: await hashOfRange(file, offset, end) };
}

const recordSchema = z.looseObject({ action: z.unknown(), offset: z.unknown().optional() });
type FoundRecord = z.infer<typeof recordSchema>;
/** An empty line means nothing. */
const RECOVERY: FoundRecord = { action: 'recover' };
const OTHER: FoundRecord = { action: undefined };

/** `undefined` where it is no JSON. */
async function recordIn(
  file: OpenFile,
  { offset, bytes }: TornLine,
): Promise<FoundRecord | undefined> {
  if (bytes > MOST_BYTES) return OTHER;
  try {
    const value: unknown = JSON.parse((await read(file, offset, offset + bytes)).toString('utf8'));
    return recordSchema.safeParse(value).data ?? OTHER;
  } catch {
    return undefined;
  }
}

async function endOf(file: OpenFile): Promise<End> {
  const size = Number((await file.stat()).size);
  if (size === 0) return { size, isTorn: false };
  const [last] = await read(file, size - 1, size);
  return { size, isTorn: last !== LINE_FEED };
}

async function startOfLastLine(file: OpenFile, size: number): Promise<number> {
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const at = (await read(file, start, end)).lastIndexOf(LINE_FEED);
    if (at >= 0) return start + at + 1;
  }
  return 0;
}

async function hashOfRange(file: OpenFile, start: number, end: number): Promise<string> {
  const hash = createHash('sha256');
  for (let at = start; at < end; at += CHUNK_BYTES)
    hash.update(await read(file, at, Math.min(end, at + CHUNK_BYTES)));
  return hash.digest('hex');
}

async function read(file: OpenFile, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
