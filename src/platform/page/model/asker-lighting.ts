/** What the picture of an asker's machine shows. */
import { type Lighting, whateverLeadsTo } from '../../../page/chart/lighting.ts';
import type { AskerStep, AskerWay } from './asker.ts';

/** Askers name the state before, and no transition: several may lead from the one to the other. */
export function lightingOf(way: AskerWay): Lighting {
  const last = way.at(-1);
  const arrows = way.flatMap(arrowOf);
  return {
    current: last?.state,
    taken: last && arrowOf(last)[0],
    visited: new Set(way.flatMap(({ state, from }) => (from === null ? [state] : [from, state]))),
    way: arrows,
    running: new Set(),
  };
}

const arrowOf = ({ state, from }: AskerStep) =>
  from === null ? [] : [{ from, transition: whateverLeadsTo(state) }];
