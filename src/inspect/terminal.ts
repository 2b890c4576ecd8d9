/** A machine as a chart for a terminal, 80 columns wide. Pure, and drawn from the graph alone. */
import { styleText } from 'node:util';
import {
  eventLabel,
  type Graph,
  type GraphService,
  type GraphState,
  type GraphTransition,
} from './graph.ts';

export interface TerminalOptions {
  /** Whether it may hold codes for colours. Default: false. */
  readonly colours?: boolean;
}

type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'yellow';
type Paint = (style: Style, text: string) => string;

const WIDTH = 80;
/** In front of what stands in a state. */
const RAIL = '│  ';

const painted: Paint = (style, text) => styleText(style, text, { validateStream: false });
const plain: Paint = (_, text) => text;

/** The chart, without a line break at its end. */
export function drawChart(graph: Graph, { colours = false }: TerminalOptions = {}): string {
  const paint = colours ? painted : plain;
  const drawing = new Drawing(graph, paint);
  return drawing.lines().join('\n');
}

class Drawing {
  readonly #graph: Graph;
  readonly #paint: Paint;

  constructor(graph: Graph, paint: Paint) {
    this.#graph = graph;
    this.#paint = paint;
  }

  lines(): string[] {
    const [machine, ...others] = this.#graph.states;
    if (machine === undefined) return [];
    const inner = others.filter(({ parent, isFinal }) => parent === '' && !isFinal);
    return [
      this.#paint('bold', this.#graph.id),
      ...wrapped(machine.description ?? '', WIDTH),
      '',
      `  ${this.#mainWay()}`,
      '',
      ...this.#box('anywhere', machine),
      ...inner.flatMap((state) => this.#state(state)),
      this.#ends(),
    ];
  }

  #state(state: GraphState): string[] {
    const children = this.#graph.states.filter(({ parent }) => parent === state.id);
    const inside = children
      .flatMap((child) => this.#state(child))
      .map((line) => (RAIL + line).trimEnd());
    return this.#box(state.name, state, inside);
  }

  /** What a state is, runs and leaves for, around what is inside of it. */
  #box(title: string, state: GraphState, inside: readonly string[] = []): string[] {
    const isMachine = state.id === '';
    const says = isMachine ? [] : wrapped(state.description ?? '', WIDTH - RAIL.length);
    const runs = state.services.map((service) => this.#paint('magenta', runOf(service)));
    const leaves = this.#leaves(state);
    const body = [...says, ...runs].map((line) => RAIL + line);
    return [`╭─ ${this.#paint('bold', title)}`, ...body, ...inside, ...leaves, ''];
  }

  #leaves({ id }: GraphState): string[] {
    const own = this.#graph.transitions.filter(({ source }) => source === id);
    const taken = own.filter(({ target, actions }) => target !== undefined || actions.length > 0);
    const forbidden = own.filter((transition) => !taken.includes(transition)).map(labelOf);
    const width = Math.max(0, ...taken.map((transition) => labelOf(transition).length));
    const arrows = taken.map((transition) => this.#arrow(transition, width));
    const ignored = forbidden.length === 0 ? [] : [`not here: ${forbidden.join(', ')}`];
    return [...arrows, ...ignored.map((line) => this.#paint('dim', line))].map(
      (line, index, all) => `${index === all.length - 1 ? '╰─' : '├─'} ${line}`,
    );
  }

  #arrow(transition: GraphTransition, width: number): string {
    const { event, guard, target, actions } = transition;
    const space = ' '.repeat(width - labelOf(transition).length);
    const asks = guard === undefined ? '' : this.#paint('yellow', ` [${guard}]`);
    const to =
      target === undefined
        ? this.#paint('dim', `(stays; ${actions.join(', ')})`)
        : this.#paint('green', target);
    return `${this.#paint('cyan', nameOf(event))}${asks}${space} → ${to}`;
  }

  #ends(): string {
    const finals = this.#graph.states.filter(({ isFinal }) => isFinal);
    return `ends: ${finals.map(({ id }) => this.#paint('green', id)).join(', ')}`;
  }

  #mainWay(): string {
    return mainWay(this.#graph)
      .map((id) => this.#paint('bold', id))
      .join(' → ');
  }
}

const labelOf = ({ event, guard }: GraphTransition): string =>
  guard === undefined ? nameOf(event) : `${nameOf(event)} [${guard}]`;

const runOf = ({ id, src }: GraphService): string =>
  id === src ? `runs ${src}` : `runs ${src} as ${id}`;

const nameOf = (event: string): string =>
  event.startsWith('xstate.after.') ? `after ${eventLabel(event)}` : eventLabel(event);

/**
 * The shortest way from the first state to the first end, by arrows of the states on it; where no
 * way leads there, as far as the first arrows of the states lead.
 */
export function mainWay(graph: Graph): string[] {
  const first = innermost(graph, '');
  const end = graph.states.find(({ isFinal }) => isFinal)?.id;
  const ways: string[][] = [[first]];
  const known = new Set([first]);
  for (const way of ways)
    for (const next of nextOf(graph, way.at(-1) ?? '')) {
      if (next === end) return [...way, next];
      if (!known.has(next)) ways.push([...way, next]);
      known.add(next);
    }
  return firstWay(graph, [first]);
}

function firstWay(graph: Graph, way: readonly string[]): string[] {
  const [next] = nextOf(graph, way.at(-1) ?? '');
  return next === undefined || way.includes(next) ? [...way] : firstWay(graph, [...way, next]);
}

const nextOf = ({ transitions }: Graph, id: string): string[] =>
  transitions.flatMap(({ source, target }) =>
    source === id && target !== undefined ? [target] : [],
  );

function innermost(graph: Graph, id: string): string {
  const initial = graph.states.find((state) => state.id === id)?.initial;
  return initial === undefined ? id : innermost(graph, initial);
}

/** The text in lines of at most so many columns. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
