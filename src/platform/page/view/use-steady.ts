import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** Less than this is no movement, CSS pixels. */
const TOLERANCE = 3;

/**
 * Tells when an element moved on the screen though nobody scrolled: what a pointer was aimed at is
 * not there any more.
 */
export function useSteady(element: RefObject<HTMLElement | null>, onMoved: () => void): void {
  const last = useRef<DOMRect | null>(null);

  const record = () => {
    last.current = element.current?.getBoundingClientRect() ?? null;
  };
  const check = () => {
    const [was, is] = [last.current, element.current?.getBoundingClientRect()];
    record();
    if (was && is && hasMoved(was, is)) onMoved();
  };

  useLayoutEffect(check);
  useEffect(() => {
    const observer = new ResizeObserver(check);
    observer.observe(document.body);
    document.addEventListener('scroll', record, { capture: true, passive: true });
    return () => {
      observer.disconnect();
      document.removeEventListener('scroll', record, { capture: true });
    };
  }, []);
}

const hasMoved = (was: DOMRect, is: DOMRect): boolean =>
  Math.abs(was.top - is.top) > TOLERANCE || Math.abs(was.left - is.left) > TOLERANCE;
