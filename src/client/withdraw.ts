/** Takes a request back, and finds out what became of it where that is too late. */
import type { Withdrawal, WithdrawInput } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { messageOf } from '../errors.ts';
import { routes, WITHDRAWN_PREFIX } from '../protocol/routes.ts';
import { decisionOfRow, type Row } from '../protocol/rows.ts';
import { type Answer, type Exchange, NoAnswerError } from './exchange.ts';
import { CERTAINLY, findByKey, PAGES_TO_TAKE_BACK } from './find.ts';
import type { Lists } from './lists.ts';
import { fullJitterMs, pause, settledWithin } from './pause.ts';
import { retryAfterMs } from './retry-after.ts';

export interface WithdrawOptions {
  readonly exchange: Exchange;
  readonly lists: Lists;
  readonly environment: Environment;
  /** For everything together, milliseconds. */
  readonly withinMs: number;
  /** Ends when the create that may still be under way has been answered. */
  readonly submitted: Promise<string | undefined> | undefined;
  /** Whether another process may have made the row: then the list is read where there is no id. */
  readonly mayExist: boolean;
}

interface Bounded extends WithdrawOptions {
  readonly left: () => number;
}

/** With less time than this a try would only hide why the one before it failed. */
const LEAST_TRY_MS = 250;
const PAUSES = { firstMs: 250, mostMs: 2_000 };

/** What came of it, and whether the row may still wait for somebody to decide it. */
export interface Withdrawn {
  readonly withdrawal: Withdrawal;
  readonly isOwed: boolean;
}

/** Never rejects, and takes no longer than `withinMs` and a little. */
export async function withdraw(options: WithdrawOptions, input: WithdrawInput): Promise<Withdrawn> {
  const { clock } = options.environment;
  const endsAt = clock.monotonic() + options.withinMs;
  const bounded = { ...options, left: () => endsAt - clock.monotonic() };
  try {
    const approvalId = input.approvalId ?? (await idOf(bounded, input));
    if (approvalId === undefined)
      // What was sent may still be on its way.
      return {
        withdrawal: { status: 'not_submitted' },
        isOwed: options.submitted !== undefined || options.mayExist,
      };
    return await takeBack(bounded, input, approvalId);
  } catch (error) {
    return { withdrawal: { status: 'unknown', error: messageOf(error) }, isOwed: true };
  }
}

/** The id of a row whose create was not answered when the asker gave up. */
async function idOf(
  { lists, submitted, mayExist, environment, left }: Bounded,
  { request }: WithdrawInput,
): Promise<string | undefined> {
  if (submitted === undefined && !mayExist) return undefined;
  const answered =
    submitted === undefined ? undefined : await settledWithin(environment, left() / 2, submitted);
  const look = { lists, left, isOurs: CERTAINLY, maxPages: PAGES_TO_TAKE_BACK };
  return answered ?? (await findByKey(look, request))?.id;
}

/** Tries until the platform has answered, while there is time: to repeat a withdrawal is safe. */
async function takeBack(
  options: Bounded,
  input: WithdrawInput,
  approvalId: string,
): Promise<Withdrawn> {
  const { environment, left } = options;
  for (let attempt = 1; ; attempt += 1) {
    const answer: Answer | NoAnswerError = await decideOnce(options, input, approvalId);
    if (!(answer instanceof Error)) {
      if (answer.status === 200) return done('withdrawn');
      if (answer.status === 404) return stored(options, approvalId);
    }
    const pauseMs = pauseAfter(answer) ?? fullJitterMs(environment.random, attempt, PAUSES);
    const isOwed = mayPass(answer);
    if (!isOwed || pauseMs + LEAST_TRY_MS >= left())
      return { withdrawal: { status: 'unknown', error: saidBy(answer) }, isOwed };
    await pause(environment, pauseMs, NEVER);
  }
}

/** The client's only decide: it can say `denied` and nothing else. */
async function decideOnce(
  { exchange, left }: Bounded,
  { request, why }: WithdrawInput,
  approvalId: string,
): Promise<Answer | NoAnswerError> {
  try {
    return await exchange({
      method: 'POST',
      path: routes.decide(request.workspaceId, approvalId),
      json: { decision: 'denied', decided_by: `${WITHDRAWN_PREFIX}${why}` },
      withinMs: Math.max(1, left()),
    });
  } catch (error) {
    if (error instanceof NoAnswerError) return error;
    throw error;
  }
}

const done = (status: Exclude<Withdrawal['status'], 'unknown'>): Withdrawn => ({
  withdrawal: { status },
  isOwed: false,
});

const NEVER = new AbortController().signal;

const mayPass = (answer: Answer | Error): boolean =>
  answer instanceof Error || answer.status === 401 || answer.status === 429 || answer.status >= 500;

const pauseAfter = (answer: Answer | Error): number | undefined =>
  answer instanceof Error ? undefined : retryAfterMs(answer);

const saidBy = (answer: Answer | Error): string =>
  answer instanceof Error
    ? messageOf(answer)
    : `taking the request back was answered with ${answer.status}`;

/** Too late, or never there: only the row can tell. */
async function stored({ lists, left }: Bounded, approvalId: string): Promise<Withdrawn> {
  let row: Row | undefined;
  const enough = (rows: readonly Row[]): boolean => {
    row = rows.find(({ id }) => id === approvalId);
    return row !== undefined;
  };
  await lists.read({ enough, withinMs: left() });
  const decision = row === undefined ? undefined : decisionOfRow(row);
  switch (decision?.status) {
    case 'approved':
    case 'denied':
      return done('already_decided');
    case 'expired':
      return done('already_expired');
    case 'withdrawn':
      return done('withdrawn');
    case undefined: {
      const error = 'the platform does not list this approval any more';
      return { withdrawal: { status: 'unknown', error }, isOwed: false };
    }
  }
}
