import type { RawData } from 'ws';

/** A frame of text; they come as one buffer. */
export const textOf = (data: RawData): string =>
  Buffer.isBuffer(data) ? data.toString('utf8') : '';
