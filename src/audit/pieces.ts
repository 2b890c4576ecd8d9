/**
 * A line may be more than one: what a crash left unfinished, and behind it what another process wrote
 * before it could see that.
 */

export interface Piece {
  /** Of its first byte in the line. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/** How every record begins. Inside of a text its quotes would be escaped. */
const BEGINNING = '{"timestamp":"';

/** The line, cut where a record begins; one piece where it is a record or part of one. */
export function piecesOf(line: Buffer): Piece[] {
  const starts = [0];
  for (let at = line.indexOf(BEGINNING, 1); at >= 0; at = line.indexOf(BEGINNING, at + 1))
    starts.push(at);
  return starts.map((offset, n) => ({ offset, bytes: line.subarray(offset, starts[n + 1]) }));
}
