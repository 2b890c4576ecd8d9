/** How records with the same keys become text: there are a dozen kinds of them in a log of millions. */
import type { JsonObject } from '../../machines/index.ts';
import { canonicalJson } from '../protocol/canonical-json.ts';

interface Shape {
  /** In the order of the record. */
  readonly keys: readonly string[];
  /** `"key":`, in the same order. */
  readonly labels: readonly string[];
  /** Which of them comes first, second… in the canonical form. */
  readonly order: readonly number[];
}

/** The first that come are kept: who puts anything into extras has theirs found each time. */
const MOST_SHAPES = 32;

const shapes: Shape[] = [];

function shapeOf(keys: readonly string[]): Shape {
  const known = shapes.find((shape) => hasKeys(shape, keys));
  if (known !== undefined) return known;
  const shape = newShape(keys);
  if (shapes.length < MOST_SHAPES) shapes.push(shape);
  return shape;
}

function hasKeys(shape: Shape, keys: readonly string[]): boolean {
  if (shape.keys.length !== keys.length) return false;
  return shape.keys.every((key, at) => key === keys[at]);
}

const newShape = (keys: readonly string[]): Shape => ({
  keys,
  labels: keys.map((key) => `${JSON.stringify(key)}:`),
  order: keys.toSorted().map((key) => keys.indexOf(key)),
});

export interface Texts {
  /** Its members in their own order, without the braces. */
  readonly members: string;
  /** The RFC 8785 form. */
  readonly canonical: string;
}

/** Both forms of an object, each value made text of once. */
export function textsOf(value: JsonObject): Texts {
  const keys = Object.keys(value);
  const { labels, order } = shapeOf(keys);
  const members = keys.map((key, at) => `${labels[at]}${canonicalJson(value[key] ?? null)}`);
  const canonical = order.map((at) => members[at]);
  return { members: members.join(','), canonical: `{${canonical.join(',')}}` };
}
