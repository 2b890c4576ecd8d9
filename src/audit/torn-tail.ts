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
 * The torn last line, or `undefined`.
 *
 * Another process may be in the middle of its append just now, and the file grows page by page
 * while it is; so a torn-looking end is looked at again for a moment. A wrong guess costs nothing:
 * the line feed written in front of the next record is appended after the other's line and makes
 * an empty line, which means nothing.
 */
export async function findTornLine(
  file: OpenFile,
  clock: DeadlineClock,
): Promise<TornLine | undefined> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_EVERY_MS));
    if (await endsWithLineFeed(file)) return undefined;
  }
  const { size } = await file.stat();
  const end = Number(size);
  const offset = await startOfLastLine(file, end);
  return { offset, bytes: end - offset, sha256: await hashOfRange(file, offset, end) };
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
