import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import approvalChart from '../../../inspect/charts/approval.svg?raw';
import { ChartPainter } from '../../../page/chart/painter.ts';
import type { AskerWay } from '../model/asker.ts';
import { lightingOf } from '../model/asker-lighting.ts';
import { exactText } from './clock-text.ts';

/** Where the agent's machine is, as the agent tells it. Below everything that is decided on. */
export function Asker({ way }: { readonly way: AskerWay }): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const last = way.at(-1);
  if (last === undefined) return null;
  return (
    <details class="asker" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        The agent says that it is in <b>{last.state}</b>{' '}
        <span class="since">since {exactText(last.at, Date.now())}</span>
      </summary>
      {isOpen && <Picture way={way} />}
    </details>
  );
}

function Picture({ way }: { readonly way: AskerWay }): JSX.Element {
  const pane = useRef<HTMLDivElement>(null);
  const painter = useRef<ChartPainter | null>(null);
  const shown = useRef(way);
  useLayoutEffect(() => {
    if (!pane.current) return;
    // Ours, drawn from the machine when the page was built.
    pane.current.innerHTML = approvalChart;
    const svg = pane.current.querySelector('svg');
    svg?.setAttribute('aria-hidden', 'true');
    if (svg) painter.current = new ChartPainter(svg);
  }, []);
  useLayoutEffect(() => {
    const lighting = lightingOf(way);
    painter.current?.light(lighting);
    if (way !== shown.current && lighting.taken) painter.current?.flow(lighting.taken);
    shown.current = way;
  }, [way]);
  return (
    <div
      ref={pane}
      class="asker-chart"
      role="img"
      aria-label={`The agent's way so far: ${way.map(({ state }) => state).join(', then ')}`}
    />
  );
}
