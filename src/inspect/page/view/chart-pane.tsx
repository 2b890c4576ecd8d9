import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ArrowName, Lighting } from '../../../page/chart/lighting.ts';
import { ChartPainter } from '../../../page/chart/painter.ts';
import type { ActorRow } from '../../wire.ts';
import { type Chart, chartOf } from '../charts.ts';
import type { Zoom } from '../model/scale.ts';
import { arrowOf } from '../model/situation.ts';
import { useScale } from './zoom.ts';

export const CHART_ID = 'chart';
export const NO_CHART = 'There is no chart of these: they are in no states.';

interface ChartPaneProps {
  readonly machine: string;
  /** What one actor did; `null` where all are shown. */
  readonly lighting: Lighting | null;
  /** How many are in each state; `null` where one is shown. */
  readonly counts: ReadonlyMap<string, number> | null;
  /** Which arrow was taken last, by a number that grows; -1 while that is not known. */
  readonly moment: number;
  /** Whose moment it is; `null` for all of them. */
  readonly actor: string | null;
  readonly label: string;
  readonly zoom: Zoom;
  readonly onTaken: (listener: (rows: readonly ActorRow[]) => void) => () => void;
}

export function ChartPane(props: ChartPaneProps): JSX.Element {
  const chart = chartOf(props.machine);
  if (chart) return <Drawn key={chart.machine} chart={chart} {...props} />;
  return <p class="nothing chart-pane">{NO_CHART}</p>;
}

function Drawn({ chart, ...props }: ChartPaneProps & { readonly chart: Chart }): JSX.Element {
  const { lighting, counts, label, zoom, machine, onTaken } = props;
  const pane = useRef<HTMLDivElement>(null);
  const painter = usePainter(pane, chart);
  const isAll = lighting === null;
  useLayoutEffect(() => painter.current?.light(lighting));
  useLayoutEffect(() => painter.current?.count(counts), [counts]);
  useFlow(painter, props, lighting?.taken);
  useScale(pane, zoom, lighting?.current);
  useEffect(() => {
    if (!isAll) return;
    return onTaken((rows) => {
      for (const row of rows) {
        const arrow = row.machine === machine && arrowOf(row);
        if (arrow) painter.current?.flow(arrow);
      }
    });
  }, [isAll, machine]);
  return <div ref={pane} id={CHART_ID} class="chart-pane" role="img" aria-label={label} />;
}

/** The drawing is put into the page once; afterwards only classes change. */
function usePainter(pane: { readonly current: HTMLDivElement | null }, chart: Chart) {
  const painter = useRef<ChartPainter | null>(null);
  useLayoutEffect(() => {
    if (!pane.current) return;
    pane.current.innerHTML = chart.svg;
    const svg = pane.current.querySelector('svg');
    // The pane says what is shown; the drawing itself has nothing to add.
    svg?.setAttribute('aria-hidden', 'true');
    if (svg) painter.current = new ChartPainter(svg);
  }, [chart]);
  return painter;
}

/** The arrow taken last flows when the actor has just taken it, or the reader came there by the way. */
function useFlow(
  painter: { readonly current: ChartPainter | null },
  { moment, actor }: Pick<ChartPaneProps, 'moment' | 'actor'>,
  taken: ArrowName | undefined,
): void {
  const before = useRef({ moment, actor });
  useLayoutEffect(() => {
    const was = before.current;
    before.current = { moment, actor };
    const isOn = actor === was.actor && was.moment !== -1 && moment > was.moment;
    if (actor !== was.actor || moment < was.moment) painter.current?.rest();
    if (isOn && taken) painter.current?.flow(taken);
  }, [actor, moment]);
}
