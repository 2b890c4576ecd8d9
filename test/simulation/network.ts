/** HTTP between the processes of a world and its platform. */
import type { LoggedRequest } from '../../src/testing/fake/request-log.ts';
import { AnswerDelivery } from './answer-delivery.ts';
import { Exchange, type ExchangeRecord, type WireAnswer } from './exchange.ts';
import type { FaultMix } from './fault-mix.ts';
import { type HttpPlan, planOf, retryAfter, routeOf } from './http-plan.ts';
import type { Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

/** Where requests go. */
export interface Serving {
  /** `false`: nothing gets through to it from this process. */
  reachable(life: Life): boolean;
  answer(request: LoggedRequest): Promise<WireAnswer>;
}

export interface NetworkOptions {
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly faults: FaultMix;
  readonly random: Random;
  readonly trace: Trace;
  readonly platform: Serving;
  /** A request leaves a process. */
  readonly onSent: (exchange: Exchange) => void;
  /** A create with this key is sent. */
  readonly onPosted: (exchange: Exchange, key: string) => void;
  readonly onSettled: (record: ExchangeRecord) => void;
}

const PLATFORM_LANE = 1_000_000;

export class Network {
  readonly #options: NetworkOptions;
  readonly #delivery: AnswerDelivery;
  /** Exchanges that somebody still waits for. */
  readonly open = new Set<Exchange>();

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#delivery = new AnswerDelivery(options);
  }

  /** `fetch`, for one process. */
  fetch(life: Life, input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const kind = routeOf(request.method, new URL(request.url));
    const never = Promise.withResolvers<Response>().promise;
    const moment = life.enter(`http ${kind}`);
    if (moment === 'dead') return never;
    const { scheduler, onSent } = this.#options;
    const exchange = new Exchange({ life, kind, sentAt: scheduler.now }, request, (over, answer) =>
      this.#settled(over, answer),
    );
    this.open.add(exchange);
    onSent(exchange);
    void this.#send(exchange, request);
    if (moment === 'dies after') life.crash(`http ${kind}`);
    return exchange.response;
  }

  /** What a process that ended had sent may still arrive. */
  forget(life: Life): void {
    for (const exchange of this.open)
      if (exchange.life === life) {
        exchange.forget();
        this.open.delete(exchange);
      }
  }

  async #send(exchange: Exchange, request: Request): Promise<void> {
    const { faults, random, scheduler, platform, trace } = this.#options;
    const logged = await loggedOf(request);
    const { kind, life } = exchange;
    if (kind === 'create')
      this.#options.onPosted(exchange, /"task_id":"([^"]*)"/.exec(logged.body)?.[1] ?? '');
    const plan = planOf(faults, random);
    const cut = !platform.reachable(life);
    life.say(
      `sends ${kind}: ${cut ? 'cut off' : `${plan.sending}, ${plan.handling}, ${plan.answering}`}`,
    );
    if (cut) this.#cutOff(exchange);
    else if (plan.sending === 'refused') this.#breakOff(exchange, plan, 'ECONNREFUSED');
    else if (plan.sending === 'reset') this.#breakOff(exchange, plan, 'ECONNRESET');
    else if (plan.sending !== 'lost')
      scheduler.after(
        plan.sendingMs,
        PLATFORM_LANE,
        () => void this.#arrive(exchange, logged, plan),
      );
    if (plan.sending === 'refused') trace.hit(kind === 'create' ? 'post.refused' : 'http.refused');
    if (plan.sending === 'lost')
      trace.hit(kind === 'create' ? 'post.request_lost' : 'http.request_lost');
  }

  /** A host that is down refuses; a network that is down is silent. */
  #cutOff(exchange: Exchange): void {
    const { random, trace } = this.#options;
    trace.hit('platform.cut_off');
    if (random.chance(0.5)) exchange.life.arrival(5, 'http', () => exchange.fail('EHOSTUNREACH'));
  }

  #breakOff(exchange: Exchange, { sendingMs }: HttpPlan, code: string): void {
    exchange.life.arrival(sendingMs, 'http', () => exchange.fail(code));
  }

  async #arrive(exchange: Exchange, request: LoggedRequest, plan: HttpPlan): Promise<void> {
    const { platform, trace } = this.#options;
    const { kind } = exchange;
    if (kind === 'create' && exchange.isOver) trace.hit('post.arrived_late');
    const answer = await this.#handled(request, plan, kind === 'create');
    if (!platform.reachable(exchange.life)) return;
    if (kind === 'create' && answer.status === 201 && plan.answering !== 'whole')
      trace.hit('post.answer_lost_after_commit');
    exchange.life.arrival(plan.answeringMs, 'http', () =>
      this.#delivery.deliver(exchange, answer, plan.answering),
    );
  }

  async #handled(
    request: LoggedRequest,
    { handling }: HttpPlan,
    isCreate: boolean,
  ): Promise<WireAnswer> {
    const { platform, random, trace } = this.#options;
    switch (handling) {
      case 'error before':
        trace.hit(isCreate ? 'post.error_before_commit' : 'http.error');
        return json(random.pick([500, 502, 503]), { error: 'failed' });
      case 'error after':
        await platform.answer(request);
        trace.hit(isCreate ? 'post.error_after_commit' : 'http.error');
        return json(500, { error: 'failed to announce' });
      case 'limits':
        trace.hit(isCreate ? 'post.limited' : 'http.limited');
        return limited(random);
      case 'unauthorized':
        trace.hit(isCreate ? 'post.unauthorized' : 'http.unauthorized');
        return json(401, { error: 'invalid workspace auth token' });
      case 'handles':
        return platform.answer(request);
    }
  }

  #settled(exchange: Exchange, answer: WireAnswer | undefined): void {
    this.open.delete(exchange);
    const { life, kind, sentAt } = exchange;
    if (!life.isAlive) return;
    life.say(`${kind} ends: ${answer === undefined ? 'no answer' : answer.status}`);
    this.#options.onSettled({ life, kind, sentAt, answer });
  }
}

async function loggedOf(request: Request): Promise<LoggedRequest> {
  const { pathname, searchParams } = new URL(request.url);
  return {
    method: request.method,
    path: pathname,
    belowBase: true,
    query: searchParams,
    headers: Object.fromEntries(request.headers),
    body: request.body === null ? '' : await request.text(),
    at: 0,
    upgrade: false,
  };
}

export const json = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const limited = (random: Random): WireAnswer =>
  json(
    429,
    { error: 'rate limit exceeded' },
    random.chance(0.8) ? { 'retry-after': retryAfter(random) } : {},
  );
