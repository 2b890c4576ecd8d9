/** A factor, or as large as the pane allows: `auto` stays legible and follows, `whole` shows all. */
export type Zoom = number | 'auto' | 'whole';

/** Below this the labels of a chart cannot be read. */
const LEGIBLE = 0.56;
/** A small chart in a large pane grows up to this. */
const ENOUGH = 1.4;
const LARGEST = 2.5;
const SMALLEST = 0.25;
const STEP = 1.25;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function scaleOf(zoom: Zoom, pane: Size, chart: Size): number {
  if (typeof zoom === 'number') return zoom;
  const whole = Math.min(pane.width / chart.width, pane.height / chart.height, ENOUGH);
  return zoom === 'whole' ? whole : Math.max(LEGIBLE, whole);
}

/** One step larger or smaller than what is shown. */
export const zoomed = (scale: number, steps: 1 | -1): number =>
  Math.min(LARGEST, Math.max(SMALLEST, scale * STEP ** steps));
