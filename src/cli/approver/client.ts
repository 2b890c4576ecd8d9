/** The platform as an approver at a terminal uses it. */
import { z } from 'zod';
import {
  type Answer,
  createExchange,
  type Exchange,
  NoAnswerError,
} from '../../client/exchange.ts';
import { systemEnvironment } from '../../environment.ts';
import { CountersignError } from '../../errors.ts';
import { routes } from '../../protocol/routes.ts';
import { visibleInTerminal } from '../../protocol/text.ts';
import type { ApproverSettings } from './settings.ts';
import { type End, endSchema, refusalSchema, type View, viewSchema } from './view.ts';

/** What is pending, and the platform's clock, milliseconds since the epoch. */
export interface Pending {
  readonly views: readonly View[];
  readonly serverNow: number;
}

export type Verdict = { readonly decision: 'approved' | 'denied'; readonly note?: string };

/** `first` is false where somebody or something else ended it before. */
export interface Decided {
  readonly first: boolean;
  readonly end: End;
}

const EXCHANGE_LIMIT_MS = 10_000;
/** A platform that links in a circle must not keep us for ever. */
const MAX_PAGES = 200;
/** Enough to find one that a person has just seen. */
const RECENT = 200;

/** Every method throws CountersignError where the answer is not known. */
export class ApproverClient {
  readonly #settings: ApproverSettings;
  readonly #exchange: Exchange;

  constructor(settings: ApproverSettings) {
    this.#settings = settings;
    this.#exchange = createExchange({
      baseUrl: settings.url,
      tokens: { current: async () => settings.token, refresh: async () => false },
      environment: systemEnvironment,
      timeoutMs: EXCHANGE_LIMIT_MS,
    });
  }

  /** Everything that is pending, oldest first. */
  async pending(): Promise<Pending> {
    const views: View[] = [];
    let serverNow = Date.now();
    let path: string | undefined = routes.pending;
    for (let pages = 0; path !== undefined && pages < MAX_PAGES; pages += 1) {
      const answer: Answer = await this.#read(path);
      views.push(...this.#parsed(z.array(viewSchema), answer));
      serverNow = Number(answer.headers.get('x-server-time')) || Date.now();
      path = nextOf(answer);
    }
    return { views, serverNow };
  }

  /** One approval, pending or not; `undefined` where the platform has none of this id. */
  async find(id: string): Promise<View | undefined> {
    const answer = await this.#call({ method: 'GET', path: `approvals/${encodeURIComponent(id)}` });
    if (isMissing(answer)) return undefined;
    return this.#parsed(viewSchema, this.#successful(answer));
  }

  /** The newest ended ones; none where the platform does not list them. */
  async recent(): Promise<readonly View[]> {
    const path = `approvals/recent?limit=${RECENT}`;
    const answer = await this.#call({ method: 'GET', path });
    if (isMissing(answer)) return [];
    return this.#parsed(z.array(viewSchema), this.#successful(answer));
  }

  /** Decides exactly what was looked up: the digest goes with it. */
  async decide({ id, workspace_id, digest }: View, verdict: Verdict): Promise<Decided> {
    const answer = await this.#call({
      method: 'POST',
      path: routes.decide(workspace_id, id),
      json: { ...verdict, ...(typeof digest === 'string' ? { digest } : {}) },
    });
    const late = answer.status === 404 ? endSchema.safeParse(answer.body) : undefined;
    if (late?.success === true) return { first: false, end: late.data };
    return { first: true, end: this.#parsed(endSchema, this.#successful(answer)) };
  }

  async #read(path: string): Promise<Answer> {
    return this.#successful(await this.#call({ method: 'GET', path }));
  }

  async #call(call: Parameters<Exchange>[0]): Promise<Answer> {
    try {
      return await this.#exchange(call);
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      throw new CountersignError(
        'transport',
        `cannot reach the platform at ${this.#settings.url} (${error.message}); is it running? ` +
          'Start it with "countersign serve", or set PLATFORM_URL',
        { cause: error },
      );
    }
  }

  #successful(answer: Answer): Answer {
    const { url, tokenFrom } = this.#settings;
    if (answer.status === 200) return answer;
    if (answer.status === 401)
      throw new CountersignError(
        'auth',
        `the platform at ${url} does not take the approver's token from ${tokenFrom}${said(answer)}`,
      );
    if (answer.status === 403)
      throw new CountersignError(
        'auth',
        `the platform at ${url} refuses what the token from ${tokenFrom} asks: 403${said(answer)}`,
      );
    throw new CountersignError('protocol', `the platform answered ${answer.status}${said(answer)}`);
  }

  #parsed<T>(schema: z.ZodType<T>, answer: Answer): T {
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    throw new CountersignError(
      'protocol',
      `the answer of ${this.#settings.url} is not a platform's: ${z.prettifyError(parsed.error)}`,
    );
  }
}

/** RFC 8288: the address may be relative to the one that was asked. */
function nextOf({ headers, url }: Answer): string | undefined {
  const link = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(headers.get('link') ?? '')?.[1];
  // What is no address is refused by the exchange, as any other that leads away.
  return link === undefined ? undefined : (URL.parse(link, url)?.href ?? link);
}

const isMissing = ({ status }: Answer): boolean => status === 404 || status === 405;

/** The platform's own sentence, bounded. */
function said({ body }: Answer): string {
  const refusal = refusalSchema.safeParse(body);
  const sentence = refusal.success ? refusal.data.error : undefined;
  return sentence ? ` (${visibleInTerminal(sentence.slice(0, 300))})` : '';
}
