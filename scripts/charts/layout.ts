/** Where everything of a chart stands: laid out by ELK, in pixels from the top left corner. */
import elk, {
  type ElkEdgeSection,
  type ElkExtendedEdge,
  type ElkNode,
} from 'elkjs/lib/elk.bundled.js';
import { type Arrow, arrowsOf, type Reason } from '../../src/inspect/arrows.ts';
import type { Graph, GraphState } from '../../src/inspect/graph.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}
export interface PlacedState extends Box {
  readonly state: GraphState;
  readonly isCompound: boolean;
}
export interface PlacedArrow {
  readonly arrow: Arrow;
  readonly points: readonly Point[];
  readonly label: Box;
}
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly states: readonly PlacedState[];
  readonly arrows: readonly PlacedArrow[];
  /** From the point where it begins into the first state. */
  readonly initials: readonly { readonly points: readonly Point[] }[];
}

/** Sizes of what is written, pixels. Widths are those of the widest usual fonts. */
export const TEXT = {
  name: 9,
  service: 6.7,
  label: 6.2,
  line: 15,
  labelLine: 13,
  padding: 12,
} as const;
const NAME_HEIGHT = 22;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '26',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.spacing.nodeNode': '20',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '3',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.thoroughness': '100',
  'elk.randomSeed': '1',
} as const;

export type Direction = 'DOWN' | 'RIGHT';

export async function layoutOf(graph: Graph, direction: Direction): Promise<Layout> {
  const arrows = arrowsOf(graph);
  const laidOut = await layOut({
    id: '',
    layoutOptions: {
      ...OPTIONS,
      'elk.direction': direction,
      'elk.padding': '[top=16,left=16,bottom=16,right=16]',
    },
    children: childrenOf(graph, ''),
    edges: [
      ...arrows.map((arrow, index) => edgeOf(arrow, index, isForward(graph, arrow))),
      ...graph.states.flatMap(({ id, initial }) =>
        initial === undefined
          ? []
          : [{ id: `initial ${id}`, sources: [startOf(id)], targets: [initial] }],
      ),
    ],
  });
  const places = placesIn(laidOut, { x: 0, y: 0 });
  const states = graph.states
    .filter(({ parent }) => parent !== undefined)
    .map((state) => ({
      state,
      isCompound: state.initial !== undefined,
      ...boxOf(found(places, state.id)),
    }));
  const edges = new Map(edgesIn(laidOut).map((edge) => [edge.id, edge]));
  return {
    width: Math.ceil(laidOut.width ?? 0),
    height: Math.ceil(laidOut.height ?? 0),
    states,
    arrows: arrows.map((arrow, index) =>
      placedArrow(arrow, found(edges, `arrow ${index}`), places),
    ),
    initials: [...edges.values()]
      .filter(({ id }) => id.startsWith('initial '))
      .map((edge) => ({ points: pointsOf(edge, places) })),
  };
}

/** The types say less than what comes back. */
const layOut = (graph: ElkNode): Promise<ElkNode> => new elk.default().layout(graph);

const startOf = (id: string): string => `start ${id}`;

function childrenOf(graph: Graph, parent: string): ElkNode[] {
  const children = graph.states.filter((state) => state.parent === parent);
  return [
    { id: startOf(parent), width: 10, height: 10 },
    ...children.map((state) => nodeOf(graph, state)),
  ];
}

function nodeOf(graph: Graph, state: GraphState): ElkNode {
  const size = sizeOf(state);
  if (state.initial === undefined) return { id: state.id, ...size };
  return {
    id: state.id,
    layoutOptions: {
      ...OPTIONS,
      'elk.padding': `[top=${size.height + 12},left=16,bottom=16,right=16]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${size.width}, ${size.height})`,
    },
    children: childrenOf(graph, state.id),
  };
}

function sizeOf({ name, services }: GraphState): { width: number; height: number } {
  const widest = Math.max(
    name.length * TEXT.name,
    ...services.map(({ src }) => (src.length + 2) * TEXT.service),
  );
  return {
    width: Math.max(96, Math.ceil(widest + 2 * TEXT.padding)),
    height: NAME_HEIGHT + services.length * TEXT.line + TEXT.padding,
  };
}

/** The event, and below it its guard. */
export const linesOf = ({ event, guard }: Reason): string[] =>
  guard === undefined ? [event] : [event, `[${guard}]`];

/** Whether it leads to a state that is written further down. */
const isForward = ({ states }: Graph, { from, to }: Arrow): boolean =>
  states.findIndex(({ id }) => id === from) < states.findIndex(({ id }) => id === to);

function edgeOf({ from, to, reasons }: Arrow, index: number, isMainWay: boolean): ElkExtendedEdge {
  const lines = reasons.flatMap(linesOf);
  return {
    id: `arrow ${index}`,
    // Of two that lead there and back, this one goes with the others.
    layoutOptions: { 'elk.layered.priority.direction': isMainWay ? '10' : '0' },
    sources: [from],
    targets: [to],
    labels: [
      {
        id: `label ${index}`,
        // ELK passes over labels without a text.
        text: to,
        width: Math.max(...lines.map(({ length }) => length)) * TEXT.label + 6,
        height: lines.length * TEXT.labelLine + 4,
        layoutOptions: { 'elk.edgeLabels.inline': 'false', 'elk.edgeLabels.placement': 'CENTER' },
      },
    ],
  };
}

/** Every node with its place in the whole. */
function placesIn({ children = [] }: ElkNode, origin: Point): Map<string, ElkNode> {
  return new Map(
    children.flatMap((child) => {
      const place = { x: origin.x + (child.x ?? 0), y: origin.y + (child.y ?? 0) };
      return [[child.id, { ...child, ...place }] as const, ...placesIn(child, place)];
    }),
  );
}

const edgesIn = ({ edges = [], children = [] }: ElkNode): ElkExtendedEdge[] => [
  ...edges,
  ...children.flatMap(edgesIn),
];

function found<Value>(map: ReadonlyMap<string, Value>, id: string): Value {
  const value = map.get(id);
  if (value === undefined) throw new Error(`the layout has no ${JSON.stringify(id)}`);
  return value;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const boxOf = ({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>, origin?: Point): Box => ({
  x: round(x + (origin?.x ?? 0)),
  y: round(y + (origin?.y ?? 0)),
  width: round(width),
  height: round(height),
});

/** ELK says points and labels relative to the node that holds both ends. */
function originOf(edge: ElkExtendedEdge, places: ReadonlyMap<string, ElkNode>): Point {
  const container: unknown = Reflect.get(edge, 'container');
  const { x = 0, y = 0 } = places.get(String(container)) ?? {};
  return { x, y };
}

function pointsOf(edge: ElkExtendedEdge, places: ReadonlyMap<string, ElkNode>): Point[] {
  const origin = originOf(edge, places);
  return (edge.sections ?? [])
    .flatMap(({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection) => [
      startPoint,
      ...bendPoints,
      endPoint,
    ])
    .map(({ x, y }) => ({ x: round(x + origin.x), y: round(y + origin.y) }));
}

const placedArrow = (
  arrow: Arrow,
  edge: ElkExtendedEdge,
  places: ReadonlyMap<string, ElkNode>,
): PlacedArrow => ({
  arrow,
  points: pointsOf(edge, places),
  label: boxOf(edge.labels?.[0] ?? {}, originOf(edge, places)),
});
