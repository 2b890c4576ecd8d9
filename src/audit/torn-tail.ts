/** A file that does not end with a line feed: a crash in the middle of a line, or a line in flight. */
import { createHash } from 'node:crypto';
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
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_EVERY_MS));
    if (await endsWithLineFeed(file)) return [];
  }
  const { size } = await file.stat();
  const last = await lineBefore(file, Number(size));
  const found = [last];
  for (let { offset } = last; offset > 0 && found.length < MOST_LINES; ) {
    const line = await lineBefore(file, offset - 1);
    if (line.bytes > 0 && (await isJson(file, line))) break;
    if (line.bytes > 0) found.push(line);
    offset = line.offset;
  }
  return found;
}

/** More of them are no crashes. */
const MOST_LINES = 100;
/** Longer ones were not written here, and are not read. */
const MOST_BYTES = 8 * 1024 * 1024;

async function lineBefore(file: OpenFile, end: number): Promise<TornLine> {
  const offset = await startOfLastLine(file, end);
  return { offset, bytes: end - offset, sha256: await hashOfRange(file, offset, end) };
}

async function isJson(file: OpenFile, { offset, bytes }: TornLine): Promise<boolean> {
  if (bytes > MOST_BYTES) return true;
  try {
    JSON.parse((await read(file, offset, offset + bytes)).toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

async function endsWithLineFeed(file: OpenFile): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0n) return true;
  const [last] = await read(file, Number(size) - 1, Number(size));
  return last === LINE_FEED;
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
