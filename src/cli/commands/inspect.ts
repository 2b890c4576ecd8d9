import { approvalMachine, channelMachine } from '../../../machines/index.ts';
import { graphOf } from '../../inspect/graph.ts';
import { createView, DEFAULT_PORT, type View } from '../../inspect/server/index.ts';
import { drawChart } from '../../inspect/terminal.ts';
import { readArguments } from '../arguments.ts';
import { EXIT } from '../exit-status.ts';
import { print, printJson, say } from '../output.ts';
import { portOf } from '../port.ts';
import { serveUntilStopped } from '../serve-until-stopped.ts';
import { UsageError } from '../usage-error.ts';

const MACHINES = new Map(
  [approvalMachine, channelMachine].map((machine) => [machine.id, graphOf(machine)]),
);

/** `countersign inspect`: the live view, until it is told to stop; or a chart. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, {
    port: { type: 'string' },
    json: { type: 'boolean' },
    print: { type: 'string' },
  });
  if (positionals.length > 0)
    throw new UsageError(`inspect takes options only, not ${JSON.stringify(positionals[0])}`);
  const { port, json, print: name } = values;
  if (name === undefined) {
    const view = createView({ port: portOf(port ?? String(DEFAULT_PORT)), onProblem: say });
    return serveUntilStopped(view, () => announce(view, json === true));
  }
  if (port !== undefined || json !== undefined)
    throw new UsageError('--print goes with no other option');
  print(chartOf(name));
  return EXIT.ok;
}

/** @throws UsageError where there is no machine of that name */
function chartOf(name: string): string {
  const graph = MACHINES.get(name);
  if (graph === undefined)
    throw new UsageError(
      `--print takes one of ${[...MACHINES.keys()].join(', ')}, not ${JSON.stringify(name)}`,
    );
  return drawChart(graph, { colours: takesColours() });
}

/** https://no-color.org */
const takesColours = (): boolean =>
  process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';

function announce({ url }: View, json: boolean): void {
  if (json) printJson({ event: 'listening', url });
  else
    say(`
Countersign shows its machines at ${url}

  To be seen   COUNTERSIGN_INSPECT=${url}

Only this machine reaches it. Ctrl-C stops.
`);
}
