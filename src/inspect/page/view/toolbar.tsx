import type { JSX } from 'preact';
import { CHARTS, chartOf } from '../charts.ts';
import type { Session } from '../session.ts';
import type { Commands } from './commands.ts';
import { Said } from './said.tsx';

/** Actors that are no machine of ours are listed as well, without a chart. */
const MOST_OTHERS = 4;

interface ToolbarProps {
  readonly session: Session;
  readonly commands: Commands;
}

/** Which machine is shown, how large, and what to take away of it. */
export function Toolbar({ session, commands }: ToolbarProps): JSX.Element {
  const { machine } = session.state;
  const { machines } = session.listing();
  const others = [...machines.keys()].filter((name) => !chartOf(name)).slice(0, MOST_OTHERS);
  return (
    <div class="toolbar">
      <div class="tabs" role="tablist" aria-label="Machine">
        {[...CHARTS.map((chart) => chart.machine), ...others].map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={name === machine}
            onClick={() => session.showMachine(name)}
          >
            <Said text={name} limit={30} />{' '}
            <span class="n">{(machines.get(name) ?? 0).toLocaleString('en')}</span>
          </button>
        ))}
      </div>
      <span class="spacer" />
      <div class="buttons">
        <Tool label="−" title="Smaller" keys="-" onClick={() => commands.zoom(-1)} />
        <Tool
          label="Fit"
          title="The whole chart, or legible again"
          keys="0"
          onClick={commands.fit}
        />
        <Tool label="+" title="Larger" keys="+" onClick={() => commands.zoom(1)} />
      </div>
      <div class="buttons">
        <Tool label="Copy Mermaid" keys="m" onClick={commands.copyMermaid} />
        <Tool label="Save SVG" keys="s" onClick={commands.saveSvg} />
      </div>
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly title?: string;
  readonly keys: string;
  readonly onClick: () => void;
}

export const Tool = ({ label, title = label, keys, onClick }: ToolProps): JSX.Element => (
  <button
    type="button"
    class="tool"
    title={`${title} (${keys})`}
    aria-label={title}
    aria-keyshortcuts={keys}
    onClick={onClick}
  >
    {label}
  </button>
);
