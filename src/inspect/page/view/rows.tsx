import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { scrollFor, sliceOf } from '../model/slice.ts';

interface RowsProps<Row> {
  readonly id: string;
  readonly label: string;
  readonly rows: readonly Row[];
  /** Pixels; every row has it. */
  readonly rowHeight: number;
  readonly keyOf: (row: Row) => string | number;
  readonly draw: (row: Row, index: number) => JSX.Element;
  readonly classOf?: (row: Row) => string;
  /** Index of the chosen row, kept in sight when it or the list's height changes; -1 for none. */
  readonly chosen: number;
  readonly onChoose: (row: Row, index: number) => void;
  /** What can be seen stays where it is when rows are put above it. */
  readonly isAnchored?: boolean;
}

/** A list of any length, of which only what can be seen is in the page. */
export function Rows<Row>(props: RowsProps<Row>): JSX.Element {
  const { id, label, rows, rowHeight, keyOf, draw, classOf, chosen, onChoose } = props;
  const box = useRef<HTMLDivElement>(null);
  const { top, height, onScroll } = useViewport(box);
  const { from, to } = sliceOf(rows.length, rowHeight, top, height);
  useClicks(box, (index) => {
    const row = rows[index];
    if (row !== undefined) onChoose(row, index);
  });
  useAnchor(box, props);
  useInSight(box, chosen, rowHeight, height);
  const optionId = (index: number): string => `${id}-${index}`;
  return (
    <div
      ref={box}
      id={id}
      class="rows"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={chosen >= from && chosen < to ? optionId(chosen) : undefined}
      onScroll={onScroll}
    >
      <div class="rows-all" role="presentation" style={{ height: `${rows.length * rowHeight}px` }}>
        {rows.slice(from, to).map((row, offset) => {
          const index = from + offset;
          return (
            <div
              key={keyOf(row)}
              id={optionId(index)}
              data-index={index}
              class={`row ${classOf?.(row) ?? ''}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
            >
              {draw(row, index)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

type Box = { readonly current: HTMLDivElement | null };

/** One listener for all rows. */
function useClicks(box: Box, onClick: (index: number) => void): void {
  const latest = useRef(onClick);
  latest.current = onClick;
  useEffect(() => {
    const listener = ({ target }: Event): void => {
      const row = target instanceof Element ? target.closest('[data-index]') : null;
      if (row) latest.current(Number(row.getAttribute('data-index')));
    };
    const element = box.current;
    element?.addEventListener('click', listener);
    return () => element?.removeEventListener('click', listener);
  }, []);
}

function useViewport(box: Box) {
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => setHeight(element.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { top, height, onScroll: () => setTop(box.current?.scrollTop ?? 0) };
}

/** Keeps the first row in sight where it is, unless the reader is at the top. */
function useAnchor<Row>(box: Box, { rows, rowHeight, keyOf, isAnchored }: RowsProps<Row>): void {
  const anchor = useRef<{ key: string | number; index: number } | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !isAnchored) return;
    const before = anchor.current;
    if (before && element.scrollTop > 0) {
      const index = rows.findIndex((row) => keyOf(row) === before.key);
      if (index !== -1) element.scrollTop += (index - before.index) * rowHeight;
    }
    const index = Math.floor(element.scrollTop / rowHeight);
    const row = rows[index];
    anchor.current = row === undefined ? null : { key: keyOf(row), index };
  });
}

function useInSight(box: Box, chosen: number, rowHeight: number, height: number): void {
  const before = useRef({ chosen: -1, height: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const { scrollTop, clientHeight } = element;
    const was = before.current;
    before.current = { chosen, height: clientHeight };
    // Who has scrolled away from the chosen row is not thrown back when the list gets smaller.
    const isAway = scrollFor(chosen, rowHeight, scrollTop, was.height) !== scrollTop;
    if (chosen < 0 || (chosen === was.chosen && isAway)) return;
    element.scrollTop = scrollFor(chosen, rowHeight, scrollTop, clientHeight);
  }, [chosen, height]);
}
