import type { JSX } from 'preact';
import { chartOf } from '../charts.ts';
import type { Session } from '../session.ts';
import { NO_CHART } from './chart-pane.tsx';
import type { Commands } from './commands.ts';
import { machinesOf } from './machines.ts';
import { Said } from './said.tsx';

interface ToolbarProps {
  readonly session: Session;
  readonly commands: Commands;
}

/** Which machine is shown, how large, and what to take away of it. */
export function Toolbar({ session, commands }: ToolbarProps): JSX.Element {
  const { machine } = session.state;
  const { machines } = session.listing();
  const why = chartOf(machine) ? undefined : NO_CHART;
  return (
    <div class="toolbar">
      <div class="tabs" role="tablist" aria-label="Machine">
        {machinesOf(session).map((name) => (
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
        <Tool label="−" title="Smaller" keys="-" why={why} onClick={() => commands.zoom(-1)} />
        <Tool
          label="Fit"
          title="The whole chart, or legible again"
          keys="0"
          why={why}
          onClick={commands.fit}
        />
        <Tool label="+" title="Larger" keys="+" why={why} onClick={() => commands.zoom(1)} />
      </div>
      <div class="buttons">
        <Tool label="Copy Mermaid" keys="m" why={why} onClick={commands.copyMermaid} />
        <Tool label="Save SVG" keys="s" why={why} onClick={commands.saveSvg} />
      </div>
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly title?: string;
  readonly keys: string;
  /** Why it can do nothing now, in a sentence. */
  readonly why: string | undefined;
  readonly onClick: () => void;
}

/** It keeps its place and can be reached while it can do nothing, so that it can say why. */
const Tool = ({ label, title = label, keys, why, onClick }: ToolProps): JSX.Element => (
  <button
    type="button"
    class="tool"
    title={why ?? `${title} (${keys})`}
    aria-label={title}
    aria-description={why}
    aria-disabled={why !== undefined}
    aria-keyshortcuts={keys}
    onClick={onClick}
  >
    {label}
  </button>
);
