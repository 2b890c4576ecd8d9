import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type Size, scaleOf, type Zoom } from '../model/scale.ts';

type Pane = { readonly current: HTMLElement | null };

const sizeOf = (svg: SVGSVGElement): Size => svg.viewBox.baseVal;

export const shownScale = (pane: HTMLElement): number => {
  const svg = pane.querySelector('svg');
  return svg ? svg.getBoundingClientRect().width / sizeOf(svg).width : 1;
};

/** Scales the chart to the pane, and keeps the current state in sight. */
export function useScale(pane: Pane, zoom: Zoom, current: string | undefined): void {
  const latest = useRef(current);
  latest.current = current;
  useLayoutEffect(() => {
    const element = pane.current;
    const svg = element?.querySelector('svg');
    if (!element || !svg) return;
    const resize = (): void => {
      const chart = sizeOf(svg);
      const room = { width: element.clientWidth - 16, height: element.clientHeight - 16 };
      const scale = scaleOf(zoom, room, chart);
      svg.style.width = `${Math.floor(chart.width * scale)}px`;
      svg.style.height = `${Math.floor(chart.height * scale)}px`;
      follow(element, latest.current, 'instant');
    };
    resize();
    const observer = new ResizeObserver(resize);
    observer.observe(element);
    return () => observer.disconnect();
  }, [zoom]);
  useEffect(() => {
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (pane.current) follow(pane.current, current, isStill ? 'instant' : 'smooth');
  }, [current]);
}

/** Room that is left around the state, pixels. */
const MARGIN = 48;

function follow(pane: HTMLElement, state: string | undefined, behavior: ScrollBehavior): void {
  const element = state && pane.querySelector(`[data-state="${CSS.escape(state)}"]`);
  if (!element) return;
  const [is, room] = [element.getBoundingClientRect(), pane.getBoundingClientRect()];
  const left = shift(is.left - room.left, is.right - room.left, room.width);
  const top = shift(is.top - room.top, is.bottom - room.top, room.height);
  // Also where it is in sight: a scrolling that is under way, to where it was, ends here.
  pane.scrollTo({ left: pane.scrollLeft + left, top: pane.scrollTop + top, behavior });
}

function shift(start: number, end: number, room: number): number {
  if (start < MARGIN) return start - MARGIN;
  return end > room - MARGIN ? end - room + MARGIN : 0;
}
