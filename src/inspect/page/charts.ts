/** The machines that have a chart: drawn when the package was built, put into the page as they are. */
import type { AnyStateMachine } from 'xstate';
import { approvalMachine, channelMachine } from '../../../machines/index.ts';
import approval from '../charts/approval.svg?raw';
import channel from '../charts/channel.svg?raw';
import { graphOf } from '../graph.ts';
import { toMermaid } from '../mermaid.ts';

export interface Chart {
  readonly machine: string;
  readonly svg: string;
  /** In the order in which the machine is written; without those that only hold others. */
  readonly states: readonly string[];
  readonly mermaid: () => string;
}

const chart = (machine: AnyStateMachine, svg: string): Chart => {
  const { states } = graphOf(machine);
  const parents = new Set(states.map(({ parent }) => parent));
  return {
    machine: machine.id,
    svg,
    states: states.map(({ id }) => id).filter((id) => !parents.has(id)),
    mermaid: () => toMermaid(machine),
  };
};

export const CHARTS: readonly Chart[] = [
  chart(approvalMachine, approval),
  chart(channelMachine, channel),
];

export const chartOf = (machine: string): Chart | undefined =>
  CHARTS.find((known) => known.machine === machine);
