/**
 * A laid-out chart as SVG. Every state and arrow can be found by its name, so that whoever shows the
 * chart lights it by setting classes; colours and type are those of `chart.css`.
 */
import type { Reason } from '../../src/inspect/arrows.ts';
import type { GraphState } from '../../src/inspect/graph.ts';
import {
  type Layout,
  linesOf,
  type PlacedArrow,
  type PlacedState,
  type Point,
  TEXT,
} from './layout.ts';

/** How round the bends of an arrow are, pixels. */
const BEND = 7;

/** @param style CSS that is put into the picture, for one that stands alone */
export function toSvg(machine: string, layout: Layout, style?: string): string {
  const { width, height, states, arrows, initials } = layout;
  const title = `The ${machine} machine`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" data-machine="${machine}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    ...(style === undefined ? [] : [`<style>\n${style.trim()}\n</style>`]),
    '<defs>',
    marker(machine),
    '</defs>',
    ...inOrder(states).map((placed) => stateGroup(machine, placed)),
    ...initials.map(({ points }) => initialGroup(machine, points)),
    ...arrows.map((placed) => arrowGroup(machine, placed)),
    ...arrows.map(labelGroup),
    '</svg>',
    '',
  ].join('\n');
}

/** What is inside is drawn over what it is in. */
const inOrder = (states: readonly PlacedState[]): PlacedState[] =>
  states.toSorted((a, b) => Number(b.isCompound) - Number(a.isCompound));

const marker = (machine: string): string =>
  `<marker id="${machine}-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="head" d="M0 1 L9 5 L0 9 Z"/></marker>`;

function stateGroup(machine: string, placed: PlacedState): string {
  const { state, isCompound, x, y, width, height } = placed;
  const kind = ['state', state.isFinal && 'final', isCompound && 'compound'].filter(Boolean);
  return [
    `<g class="${kind.join(' ')}" id="${machine}-state-${state.id}" data-state="${state.id}">`,
    ...(state.description === undefined ? [] : [`<title>${escaped(state.description)}</title>`]),
    `<rect class="body" x="${x}" y="${y}" width="${width}" height="${height}" rx="9"/>`,
    ...(state.isFinal
      ? [
          `<rect class="rim" x="${x + 3.5}" y="${y + 3.5}" width="${width - 7}" height="${height - 7}" rx="6"/>`,
        ]
      : []),
    ...stateTexts(placed),
    countBadge(placed),
    '</g>',
  ].join('');
}

function stateTexts({ state, isCompound, x, y, width, height }: PlacedState): string[] {
  const middle = x + width / 2;
  const block = (1 + state.services.length) * TEXT.line;
  const first = isCompound ? y + 20 : y + (height - block) / 2 + 12;
  return [
    `<text class="name" x="${middle}" y="${first}">${escaped(state.name)}</text>`,
    ...state.services.map(
      ({ id, src }: GraphState['services'][number], index: number) =>
        `<text class="service" data-service="${escaped(id)}" x="${middle}" y="${first + (index + 1) * TEXT.line}">⟳ ${escaped(src)}</text>`,
    ),
  ];
}

/** How many actors are in the state: empty and hidden until somebody fills it. */
const countBadge = ({ x, y, width }: PlacedState): string =>
  `<g class="count"><rect x="${x + width - 24}" y="${y - 11}" width="40" height="20" rx="10"/><text x="${x + width - 4}" y="${y + 3.5}"></text></g>`;

function initialGroup(machine: string, points: readonly Point[]): string {
  const [start = { x: 0, y: 0 }] = points;
  return `<g class="initial"><circle cx="${start.x}" cy="${start.y - 4}" r="4.5"/><path class="line" d="${pathOf(points)}" marker-end="url(#${machine}-head)"/></g>`;
}

function arrowGroup(machine: string, { arrow, points }: PlacedArrow): string {
  const { from, to, reasons } = arrow;
  const d = pathOf(points);
  return [
    `<g class="arrow" ${namesOf({ from, to, reasons })}>`,
    `<path class="line" d="${d}" marker-end="url(#${machine}-head)"/>`,
    `<path class="flow" d="${d}" pathLength="100"/>`,
    '</g>',
  ].join('');
}

function labelGroup({ arrow, label }: PlacedArrow): string {
  const middle = label.x + label.width / 2;
  return [
    `<g class="reasons" ${namesOf(arrow)}>`,
    `<rect class="ground" x="${label.x}" y="${label.y}" width="${label.width}" height="${label.height}" rx="4"/>`,
    ...arrow.reasons.map((reason, index) =>
      reasonText(reason, middle, label.y + 12 + linesBefore(arrow, index) * TEXT.labelLine),
    ),
    '</g>',
  ].join('');
}

const namesOf = ({ from, to, reasons }: PlacedArrow['arrow']): string =>
  `data-from="${from}" data-to="${to}" data-transitions="${reasons.map(({ id }) => id).join(' ')}"`;

const linesBefore = ({ reasons }: PlacedArrow['arrow'], index: number): number =>
  reasons.slice(0, index).flatMap(linesOf).length;

function reasonText(reason: Reason, x: number, y: number): string {
  const [event = '', guard] = linesOf(reason);
  const below =
    guard === undefined
      ? ''
      : `<tspan class="guard" x="${x}" dy="${TEXT.labelLine}">${escaped(guard)}</tspan>`;
  return `<text class="label" data-transition="${reason.id}" x="${x}" y="${y}">${escaped(event)}${below}</text>`;
}

/** A line through the points with round bends. */
function pathOf(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return '';
  const parts = [`M${start.x} ${start.y}`];
  for (const [index, point] of rest.entries()) {
    const before = points[index] ?? start;
    const after = rest[index + 1];
    if (after === undefined) parts.push(`L${point.x} ${point.y}`);
    else {
      const enter = towards(point, before);
      const leave = towards(point, after);
      parts.push(`L${enter.x} ${enter.y} Q${point.x} ${point.y} ${leave.x} ${leave.y}`);
    }
  }
  return parts.join(' ');
}

/** A point near a bend, on the way to another point. */
function towards(bend: Point, other: Point): Point {
  const distance = Math.hypot(other.x - bend.x, other.y - bend.y);
  const part = distance === 0 ? 0 : Math.min(BEND, distance / 2) / distance;
  const at = (a: number, b: number): number => Math.round((a + (b - a) * part) * 10) / 10;
  return { x: at(bend.x, other.x), y: at(bend.y, other.y) };
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
