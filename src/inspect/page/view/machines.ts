import { CHARTS, chartOf } from '../charts.ts';
import type { Session } from '../session.ts';

/** Actors that are no machine of ours are listed as well, without a chart. */
const MOST_OTHERS = 4;

/** The machines that can be shown, in the order of their tabs. */
export function machinesOf(session: Session): string[] {
  const known = [...session.listing().machines.keys()];
  const others = known.filter((name) => !chartOf(name)).slice(0, MOST_OTHERS);
  return [...CHARTS.map(({ machine }) => machine), ...others];
}
