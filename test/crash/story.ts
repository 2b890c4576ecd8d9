/** What happens in one story, drawn from its seed: what is asked, what the person says, who dies when. */
import { Dice } from './dice.ts';
import type { Answer } from './person.ts';
import type { Crash, Question } from './plan.ts';
import { type Need, POINTS, type Point } from './points.ts';

/** What the parent does: it sees what arrives at the fake platform, and it has a clock. */
export interface Kill {
  /** Milliseconds after the program began; also where no other point is reached by then. */
  readonly afterMs: number;
  /** `platform.before_create` and its like, the n-th time. */
  readonly on?: { readonly at: string; readonly time: number };
}

export interface Life {
  readonly resumes: boolean;
  readonly asks: 'all' | 'with a key' | 'nothing';
  readonly crash?: Crash | undefined;
  readonly kill: Kill;
  /** Another process on the same folder at the same time. */
  readonly beside?: Life;
}

export interface Story {
  readonly seed: number;
  readonly platform: 'fake' | 'own';
  readonly useWebSocket: boolean;
  readonly dialect: 'flat' | 'enveloped';
  readonly dropFrames: boolean;
  /** How long a create is on its way whose sender died, milliseconds. */
  readonly lateCreateMs: number;
  readonly auditHmacKey: string | undefined;
  readonly questions: readonly Question[];
  readonly answers: ReadonlyMap<string, Answer>;
  /** Each ends with a kill. */
  readonly lives: readonly Life[];
  /** Of the last life, which nobody kills: it resumes, and asks again where there is a key. */
  readonly asksAgain: boolean;
}

/** @param at the point to try. Default: every second story tries one, each in its turn */
export function storyOf(seed: number, at?: string): Story {
  const dice = new Dice(seed);
  const inTurn = seed % 2 === 0 ? POINTS[(seed / 2) % POINTS.length] : undefined;
  const wanted = at === undefined ? inTurn : pointCalled(at, dice);
  const needs = new Set<Need>(wanted?.needs ?? []);
  const platform = !needs.has('fake platform') && dice.chance(0.2) ? 'own' : 'fake';
  const questions = Array.from({ length: countOf(dice, needs) }, (_, n) =>
    questionOf(dice, needs, `do ${n} of ${seed}`),
  );
  const useWebSocket = needs.has('live') || dice.chance(0.75);
  const answers = new Map(
    questions.map((question) => [question.action, answerTo(dice, needs, question)]),
  );
  return {
    seed,
    platform,
    useWebSocket,
    dialect: dice.pick(['flat', 'enveloped']),
    dropFrames: !needs.has('live') && dice.chance(0.08),
    lateCreateMs: dice.chance(0.3) ? dice.between(1, 500) : 0,
    auditHmacKey: dice.chance(0.2) ? 'a key of the test' : undefined,
    questions,
    answers,
    lives: livesOf(dice, { wanted, needs, platform }),
    asksAgain: dice.chance(0.5),
  };
}

/** A slow machine comes to a point later, and none of them is to be missed. */
const BRIEF_LIFE_MS = 20_000;
const BRIEF_WAIT_MS = 4_000;

/** As short as it can be: one is killed at the point, the first time, and the next one goes on. */
export function briefStoryOf(seed: number, at: string): Story {
  const story = storyOf(seed, at);
  const lives = story.lives.slice(0, at.startsWith('claim') || at.endsWith('resume') ? 2 : 1);
  return {
    ...story,
    questions: story.questions.map(patient),
    lives: lives.map((life) => firstTime(life, at)),
    asksAgain: false,
  };
}

/** Nobody gives up before anything was sent, however slow the disk is. */
function patient(question: Question): Question {
  const { giveUpAfterMs, ...rest } = question;
  return { ...rest, timeoutMs: Math.max(question.timeoutMs, giveUpAfterMs ?? 0, BRIEF_WAIT_MS) };
}

function firstTime({ resumes, asks, crash, kill: { on } }: Life, at: string): Life {
  const how = { resumes, asks, kill: { afterMs: BRIEF_LIFE_MS } };
  if (on?.at === at) return { ...how, kill: { ...how.kill, on: { at, time: 1 } } };
  if (crash === undefined) return how;
  return { ...how, crash: 'at' in crash && crash.at === at ? { at, time: 1 } : crash };
}

function pointCalled(at: string, dice: Dice): Point {
  const called = POINTS.filter((point) => point.at === at);
  if (called.length === 0)
    throw new Error(
      `there is no point "${at}"; known: ${POINTS.map((each) => each.at).join(', ')}`,
    );
  return dice.pick(called);
}

const isAnswered = (needs: ReadonlySet<Need>): boolean => needs.has('work') || needs.has('outcome');

const countOf = (dice: Dice, needs: ReadonlySet<Need>): number =>
  needs.has('resume of two') ? 3 : dice.pick([1, 1, 2, 3]);

function questionOf(dice: Dice, needs: ReadonlySet<Need>, action: string): Question {
  const isGuarded = needs.has('work') || (!needs.has('outcome') && dice.chance(0.4));
  const hasKey = needs.has('work') || needs.has('key') || dice.chance(0.65);
  const isShort = needs.has('withdrawal') || (!isAnswered(needs) && dice.chance(0.25));
  return {
    action,
    ...(hasKey ? { key: `key of ${action}` } : {}),
    ...(isGuarded || dice.chance(0.5) ? { args: { cents: dice.between(1, 9_999) } } : {}),
    timeoutMs: isShort ? dice.between(500, 1_500) : 8_000,
    isGuarded,
    ...(!isShort && !isAnswered(needs) && dice.chance(0.1)
      ? { giveUpAfterMs: dice.between(50, 900) }
      : {}),
  };
}

function answerTo(dice: Dice, needs: ReadonlySet<Need>, { timeoutMs }: Question): Answer {
  const says = needs.has('work') || dice.chance(0.7) ? 'approved' : 'denied';
  if (needs.has('withdrawal')) return { says: 'nothing', when: 0 };
  if (isAnswered(needs)) return { says, when: dice.pick([0, dice.between(10, 200)]) };
  const isShort = timeoutMs < 8_000;
  if (isShort && dice.chance(0.5)) return { says: 'nothing', when: 0 };
  if (isShort) return { says, when: timeoutMs + dice.between(-60, 30) };
  return { says, when: dice.pick([0, 0, dice.between(10, 200), dice.between(200, 900), 'dead']) };
}

/** Points that every life comes to in which something is asked. */
const EVERYWHERE = POINTS.filter(({ needs }) => needs.length === 0);

interface Setting {
  readonly wanted: Point | undefined;
  readonly needs: ReadonlySet<Need>;
  readonly platform: 'fake' | 'own';
}

function livesOf(dice: Dice, setting: Setting): Life[] {
  const { wanted, needs } = setting;
  const resumesOnly = needs.has('resume') || needs.has('resume of two');
  const lives = Array.from({ length: dice.pick([3, 4, 5, 6]) }, (_, n): Life => {
    const isFirst = n === 0;
    const how = isFirst ? FIRST : { ...dice.pick(LATER), ...(resumesOnly ? RESUMING : {}) };
    const isWanted = isFirst ? !resumesOnly : n === 1 || dice.chance(0.4);
    const other = dice.chance(0.3) ? dice.pick(EVERYWHERE) : undefined;
    const life = lifeOf(dice, how, isWanted && wanted !== undefined ? wanted : other);
    return isFirst || !dice.chance(0.2) ? life : withOther(dice, setting, life);
  });
  const [first, ...later] = lives;
  if (!resumesOnly || first === undefined) return lives;
  return [killedWhileWaiting(first, needs.has('resume of two') ? 2 : 1), ...later];
}

const FIRST = { resumes: false, asks: 'all' } as const;
const RESUMING = { resumes: true } as const;
const LATER = [
  { resumes: true, asks: 'nothing' },
  { resumes: true, asks: 'nothing' },
  { resumes: true, asks: 'with a key' },
  { resumes: false, asks: 'with a key' },
] as const;

const killedWhileWaiting = ({ resumes, asks, kill }: Life, time: number): Life => ({
  resumes,
  asks,
  crash: { at: 'post.after_exchange', time },
  kill: { afterMs: kill.afterMs },
});

function lifeOf(dice: Dice, how: Pick<Life, 'resumes' | 'asks'>, point: Point | undefined): Life {
  // Where another process was about to post, a new one waits for a second and a half first.
  const afterMs = dice.between(2_500, 4_000);
  if (point !== undefined) {
    const where = { at: point.at, time: dice.chance(0.5) ? 1 : dice.between(1, point.times) };
    return point.at.startsWith('platform.')
      ? { ...how, kill: { afterMs, on: where } }
      : { ...how, crash: where, kill: { afterMs } };
  }
  // Soon after the start there is nothing to be lost yet.
  if (dice.chance(0.3))
    return { ...how, kill: { afterMs: dice.between(1, dice.pick([200, 700, 2_500])) } };
  const operation = dice.between(1, dice.pick([20, 50, 90]));
  const moment = dice.pick(['before', 'in', 'after'] as const);
  return { ...how, crash: { operation, moment }, kill: { afterMs } };
}

/** Two that ask with one key at the same time make two rows on a platform that knows no keys. */
function withOther(dice: Dice, { platform }: Setting, life: Life): Life {
  const asks = platform === 'own' ? life.asks : 'nothing';
  return { ...life, beside: lifeOf(dice, { resumes: dice.chance(0.8), asks }, undefined) };
}
