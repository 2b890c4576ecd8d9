import lightingCss from '../../../page/chart/lighting.css?raw';
import { standalone } from '../../../page/chart/standalone.ts';
import chartCss from '../../charts/chart.css?raw';
import { chartOf } from '../charts.ts';
import { fileNameOf } from '../model/file-name.ts';
import { type Zoom, zoomed } from '../model/scale.ts';
import type { Session } from '../session.ts';
import { CHART_ID, NO_CHART } from './chart-pane.tsx';
import { shownScale } from './zoom.ts';

/** What a person can do with the chart; everything else is the session's. */
export interface Commands {
  readonly zoom: (steps: 1 | -1) => void;
  /** The whole chart; a second time legible again. */
  readonly fit: () => void;
  readonly copyMermaid: () => void;
  readonly saveSvg: () => void;
}

type SetZoom = (change: (zoom: Zoom) => Zoom) => void;

export function createCommands(session: Session, setZoom: SetZoom): Commands {
  return {
    zoom: (steps) => {
      const pane = document.getElementById(CHART_ID);
      if (pane) setZoom(() => zoomed(shownScale(pane), steps));
      else session.tell(NO_CHART);
    },
    fit: () => {
      if (chartOf(session.state.machine)) setZoom((zoom) => (zoom === 'whole' ? 'auto' : 'whole'));
      else session.tell(NO_CHART);
    },
    copyMermaid: () => void copyMermaid(session),
    saveSvg: () => saveSvg(session),
  };
}

async function copyMermaid(session: Session): Promise<void> {
  const chart = chartOf(session.state.machine);
  if (!chart) {
    session.tell(NO_CHART);
    return;
  }
  try {
    await navigator.clipboard.writeText(chart.mermaid());
    session.tell(`The ${chart.machine} machine is copied as Mermaid.`);
  } catch {
    session.tell('The browser did not let the page copy.');
  }
}

function saveSvg(session: Session): void {
  const svg = document.querySelector<SVGSVGElement>(`#${CHART_ID} svg`);
  if (!svg) {
    session.tell(NO_CHART);
    return;
  }
  const file = new Blob([standalone(svg, `${chartCss}\n${lightingCss}`)], {
    type: 'image/svg+xml',
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = fileNameOf(session.state, session.actors.get(session.state.actorId ?? ''));
  link.click();
  URL.revokeObjectURL(link.href);
  session.tell(`Saved as ${link.download}.`);
}
