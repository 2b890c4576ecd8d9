/** How records with the same keys become text: there are a dozen kinds of them in a log of millions. */
import type { JsonObject } from '../../machines/index.ts';
import { canonicalJson } from '../protocol/canonical-json.ts';

interface Shape {
  /** `"key":`, in the order of the record. */
  readonly labels: readonly string[];
  /** Which of them comes first, second… in the canonical form. */
  readonly order: readonly number[];
}

/** Somebody may put anything into extras: beyond this number shapes are found each time. */
const MOST_SHAPES = 1_000;

const shapes = new Map<string, Shape>();

function shapeOf(keys: readonly string[]): Shape {
  const id = JSON.stringify(keys);
  const known = shapes.get(id);
  if (known !== undefined) return known;
  const labels = keys.map((key) => `${JSON.stringify(key)}:`);
  const order = keys.toSorted().map((key) => keys.indexOf(key));
  const shape = { labels, order };
  if (shapes.size < MOST_SHAPES) shapes.set(id, shape);
  return shape;
}

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
