/** A file as lines of bytes, one at a time, whatever its size. */
import { constants } from 'node:fs';
import { type Files, systemFiles } from '../environment/files.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** Without the line feed. Only the end of it where `length` is beyond {@link MAX_LINE_BYTES}. */
  readonly bytes: Buffer;
  /** Of the whole line without the line feed, bytes. */
  readonly length: number;
  /** False where the file ends without a line feed. */
  readonly ended: boolean;
}

/** No record is longer; what is may not fit into memory. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** @throws Error of the file system */
export async function* linesOfFile(path: string, files: Files = systemFiles): AsyncGenerator<Line> {
  let rest = Buffer.alloc(0);
  let number = 1;
  let offset = 0;
  let dropped = 0;
  const line = (bytes: Buffer, ended: boolean): Line => {
    const length = dropped + bytes.length;
    const made = { number, offset, bytes, length, ended };
    number += 1;
    offset += length + 1;
    dropped = 0;
    return made;
  };
  for await (const chunk of chunksOf(path, files)) {
    const data = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let at = data.indexOf(LINE_FEED); at >= 0; at = data.indexOf(LINE_FEED, start)) {
      yield line(data.subarray(start, at), true);
      start = at + 1;
    }
    rest = data.subarray(start);
    // Nobody reads the line any more; its end is what the next line is found by.
    if (dropped + rest.length > MAX_LINE_BYTES) {
      dropped += rest.length;
      rest = Buffer.alloc(0);
    }
  }
  if (dropped + rest.length > 0) yield line(rest, false);
}

const CHUNK_BYTES = 1024 * 1024;

async function* chunksOf(path: string, files: Files): AsyncGenerator<Buffer> {
  const file = await files.open(path, constants.O_RDONLY);
  try {
    for (let offset = 0; ; ) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Lines that somebody read already; each is taken as whole. */
export async function* linesOfTexts(
  texts: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<Line> {
  let number = 1;
  let offset = 0;
  for await (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    yield { number, offset, bytes, length: bytes.length, ended: true };
    number += 1;
    offset += bytes.length + 1;
  }
}
