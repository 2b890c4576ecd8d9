/** A file as lines of bytes, one at a time, whatever its size. */
import { createReadStream } from 'node:fs';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** Without the line feed. */
  readonly bytes: Buffer;
  /** False where the file ends without a line feed. */
  readonly ended: boolean;
}

/** No record is longer; more without a line feed is no log, and would not fit into memory. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** @throws Error of the file system, or RangeError at a line beyond {@link MAX_LINE_BYTES} */
export async function* linesOfFile(path: string): AsyncGenerator<Line> {
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1024 * 1024 });
  let rest = Buffer.alloc(0);
  let number = 1;
  let offset = 0;
  const line = (bytes: Buffer, ended: boolean): Line => {
    const made = { number, offset, bytes, ended };
    number += 1;
    offset += bytes.length + 1;
    return made;
  };
  for await (const chunk of chunks) {
    const data = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let at = data.indexOf(LINE_FEED); at >= 0; at = data.indexOf(LINE_FEED, start)) {
      yield line(data.subarray(start, at), true);
      start = at + 1;
    }
    rest = data.subarray(start);
    if (rest.length > MAX_LINE_BYTES)
      throw new RangeError(`line ${number} is longer than ${MAX_LINE_BYTES} bytes`);
  }
  if (rest.length > 0) yield line(rest, false);
}

/** Lines that somebody read already; each is taken as whole. */
export async function* linesOfTexts(
  texts: Iterable<string> | AsyncIterable<string>,
): AsyncGenerator<Line> {
  let number = 1;
  let offset = 0;
  for await (const text of texts) {
    const bytes = Buffer.from(text, 'utf8');
    yield { number, offset, bytes, ended: true };
    number += 1;
    offset += bytes.length + 1;
  }
}
