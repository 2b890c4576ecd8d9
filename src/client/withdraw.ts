/** Takes a request back, and finds out what became of it where that is too late. */
import type { Withdrawal, WithdrawInput } from '../../machines/index.ts';
import type { Environment } from '../environment.ts';
import { messageOf } from '../errors.ts';
import { routes, WITHDRAWN_PREFIX } from '../protocol/routes.ts';
import { decisionOfRow, type Row } from '../protocol/rows.ts';
import type { Exchange } from './exchange.ts';
import { findByKey } from './find.ts';
import { readRows } from './list.ts';
import { settledWithin } from './pause.ts';

export interface WithdrawOptions {
  readonly exchange: Exchange;
  readonly environment: Environment;
  /** For everything together, milliseconds. */
  readonly withinMs: number;
  /** Ends when the create that may still be under way has been answered. */
  readonly submitted: Promise<string | undefined> | undefined;
}

/** Never rejects, and takes no longer than `withinMs` and a little. */
export async function withdraw(
  options: WithdrawOptions,
  input: WithdrawInput,
): Promise<Withdrawal> {
  const { clock } = options.environment;
  const endsAt = clock.monotonic() + options.withinMs;
  const left = (): number => Math.max(1, endsAt - clock.monotonic());
  try {
    const approvalId = input.approvalId ?? (await idOf(options, input, left));
    if (approvalId === undefined) return { status: 'not_submitted' };
    return await takeBack(options.exchange, input, approvalId, left);
  } catch (error) {
    return { status: 'unknown', error: messageOf(error) };
  }
}

/** The id of a row whose create was not answered when the asker gave up. */
async function idOf(
  { exchange, submitted, environment }: WithdrawOptions,
  { request }: WithdrawInput,
  left: () => number,
): Promise<string | undefined> {
  if (submitted === undefined) return undefined;
  const answered = await settledWithin(environment, left() / 2, submitted);
  return answered ?? (await findByKey(exchange, request, left()))?.id;
}

/** The client's only decide: it can say `denied` and nothing else. */
async function takeBack(
  exchange: Exchange,
  { request, why }: WithdrawInput,
  approvalId: string,
  left: () => number,
): Promise<Withdrawal> {
  const answer = await exchange({
    method: 'POST',
    path: routes.decide(request.workspaceId, approvalId),
    json: { decision: 'denied', decided_by: `${WITHDRAWN_PREFIX}${why}` },
    withinMs: left(),
  });
  if (answer.status === 200) return { status: 'withdrawn' };
  if (answer.status === 404) return stored(exchange, request.workspaceId, approvalId, left());
  return { status: 'unknown', error: `taking the request back was answered with ${answer.status}` };
}

/** Too late, or never there: only the row can tell. */
async function stored(
  exchange: Exchange,
  workspaceId: string,
  approvalId: string,
  withinMs: number,
): Promise<Withdrawal> {
  let row: Row | undefined;
  await readRows(
    exchange,
    workspaceId,
    (rows) => {
      row = rows.find(({ id }) => id === approvalId);
      return row !== undefined;
    },
    withinMs,
  );
  const decision = row === undefined ? undefined : decisionOfRow(row);
  switch (decision?.status) {
    case 'approved':
    case 'denied':
      return { status: 'already_decided' };
    case 'expired':
      return { status: 'already_expired' };
    case 'withdrawn':
      return { status: 'withdrawn' };
    case undefined:
      return { status: 'unknown', error: 'the platform does not list this approval any more' };
  }
}
