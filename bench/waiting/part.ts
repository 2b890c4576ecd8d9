/** Approvals that wait, from the side that asks: latency, burst, processor time and memory. */
import type { Effort, Figure, Part } from '../report/figure.ts';
import { type Case, FULL, HUNDRED_THOUSAND, QUICK, SUBJECTS, type Variant } from './cases.ts';
import { fdatasyncMicros } from './fdatasync.ts';
import { figuresOf, type Repeat } from './figures.ts';
import { type Measured, measure, type Plan } from './measure.ts';

/** Between two decisions one by one, milliseconds: longer than any of them takes. */
const EVERY_MS = 2;

export const waiting: Part = async (effort) => {
  const figures = await measureAll(effort.isQuick ? QUICK : FULL, effort);
  return { title: 'Approvals that wait', about: ABOUT, figures };
};

export const hundredThousand: Part = async (effort) => {
  const figures = await measureAll(HUNDRED_THOUSAND, effort);
  return { title: 'A hundred thousand that wait', about: ABOUT_MOST, figures };
};

async function measureAll(cases: readonly Case[], effort: Effort): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const each of cases) figures.push(...(await measureCase(each, effort)));
  return figures;
}

/** Interleaved: each repeat has all of them, one after the other. */
async function measureCase(plan: Case, { say }: Effort): Promise<Figure[]> {
  const repeats: Repeat[] = [];
  for (let repeat = 1; repeat <= plan.repeats; repeat += 1) {
    const fdatasync = await fdatasyncMicros();
    const measured = new Map<Variant, Measured>();
    for (const variant of [...(plan.beside ?? []), ...plan.variants]) {
      say(`${plan.waiting} waiting, ${variant}, repeat ${repeat} of ${plan.repeats}`);
      measured.set(variant, await measure(planOf(plan, variant)));
    }
    repeats.push({ measured, fdatasync });
  }
  return figuresOf(plan, repeats);
}

/** The POST alone is the same for any number that wait. */
const POSTS = 10_000;

const planOf = ({ waiting: count, paced }: Case, variant: Variant): Plan =>
  variant === 'raw with ky'
    ? { subject: SUBJECTS[variant], waiting: POSTS, paced: 0, everyMs: EVERY_MS }
    : { subject: SUBJECTS[variant], waiting: count, paced, everyMs: EVERY_MS };

const ABOUT = [
  'One process asks through `approvals.request` until so many approvals wait; a platform that does as little as possible, in a process of its own, decides some one by one, every 2 ms, and then all in one go.',
  '`raw` is a hand-written client: one `ws` socket, a `Map` and a timer each, `node:http` for the POST. Its POST as Countersign sends it is `the POST through ky`.',
  '`memory`, `disk`: where the audit log goes, journal off. `journal`: audit into memory, journal on disk. `inspect`: as memory, with an observer that does nothing. `default`: audit and journal on disk, as one gets it who sets nothing.',
  'Memory is what is kept for each that waits, after a collection: `memory` holds the audit records, too.',
  'The platform counts sockets and list requests; the first of each belong to the warm-up, whose last answer closes the channel.',
].join(' ');

const ABOUT_MOST =
  'As before, with a hundred thousand, each once; measured with `--all`. With `inspect` nobody sleeps, because actors that are watched are not stopped.';
