import type { JSX } from 'preact';
import { CHARTS } from '../charts.ts';
import type { Session } from '../session.ts';
import type { Commands } from './commands.ts';

interface ToolbarProps {
  readonly session: Session;
  readonly commands: Commands;
}

/** Which machine is shown, how large, and what to take away of it. */
export function Toolbar({ session, commands }: ToolbarProps): JSX.Element {
  const { machine } = session.state;
  const { machines } = session.listing();
  return (
    <div class="toolbar">
      <div class="tabs" role="tablist" aria-label="Machine">
        {CHARTS.map((chart) => (
          <button
            key={chart.machine}
            type="button"
            role="tab"
            aria-selected={chart.machine === machine}
            onClick={() => session.showMachine(chart.machine)}
          >
            {chart.machine}{' '}
            <span class="n">{(machines.get(chart.machine) ?? 0).toLocaleString('en')}</span>
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
