/** Rows drawn above and below what can be seen, so that scrolling shows no gap. */
const SPARE = 6;

export interface Slice {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** Which of `total` rows of one height are drawn, for a list that shows `height` pixels of them. */
export function sliceOf(total: number, rowHeight: number, top: number, height: number): Slice {
  const from = Math.floor(top / rowHeight) - SPARE;
  const to = Math.ceil((top + height) / rowHeight) + SPARE;
  return { from: clamp(from, 0, total), to: clamp(to, 0, total) };
}

/** How far a list must be scrolled so that a row can be seen: as little as possible. */
export function scrollFor(index: number, rowHeight: number, top: number, height: number): number {
  const start = index * rowHeight;
  if (start < top) return start;
  return start + rowHeight > top + height ? start + rowHeight - height : top;
}

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value));
