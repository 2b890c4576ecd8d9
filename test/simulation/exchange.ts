/** One HTTP exchange of a process, as the network sees it. */
import type { RouteKind } from './http-plan.ts';
import type { Life } from './life.ts';

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What observers are told of. */
export interface ExchangeRecord {
  readonly life: Life;
  readonly kind: RouteKind;
  readonly sentAt: number;
  /** The answer that reached the process whole; `undefined` where none did. */
  readonly answer: WireAnswer | undefined;
}

export class Exchange {
  readonly life: Life;
  readonly kind: RouteKind;
  readonly sentAt: number;
  /** Settled for the one who asked: an answer, an error, or given up. */
  isOver = false;
  /** It certainly never reached anybody. */
  wasUnsent = false;
  /** Of the answer, where one came. */
  status: number | undefined;
  /** Held for its signal: that of a Request that was collected is never aborted. */
  readonly #request: Request;
  readonly #settled: (exchange: Exchange, answer: WireAnswer | undefined) => void;
  readonly #answer = Promise.withResolvers<Response>();
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(
    at: { readonly life: Life; readonly kind: RouteKind; readonly sentAt: number },
    request: Request,
    settled: (exchange: Exchange, answer: WireAnswer | undefined) => void,
  ) {
    this.life = at.life;
    this.kind = at.kind;
    this.sentAt = at.sentAt;
    this.#request = request;
    this.#settled = settled;
    if (request.signal.aborted) this.#giveUp();
    else request.signal.addEventListener('abort', () => this.#giveUp(), { once: true });
  }

  get response(): Promise<Response> {
    return this.#answer.promise;
  }

  /** The connection fails. */
  fail(code: string): void {
    if (this.isOver) return;
    this.wasUnsent = code === 'ECONNREFUSED' || code === 'EHOSTUNREACH';
    this.#finish(undefined);
    const cause = Object.assign(new Error(`the connection failed: ${code}`), { code });
    const error = new TypeError('fetch failed', { cause });
    if (this.#body === undefined) this.#answer.reject(error);
    else this.#body.error(error);
  }

  /** The whole answer at once. */
  answer(answer: WireAnswer): void {
    if (this.isOver) return;
    const { status, headers, body } = answer;
    const isNull = status === 204 || status === 304;
    this.#answer.resolve(new Response(isNull ? null : body, { status, headers }));
    this.#finish(answer);
  }

  /** The headers; the body follows in pieces. */
  begin({ status, headers }: WireAnswer): void {
    if (this.isOver) return;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#body = controller;
      },
    });
    this.#answer.resolve(new Response(body, { status, headers }));
  }

  piece(text: string): void {
    if (!this.isOver) this.#body?.enqueue(Buffer.from(text, 'utf8'));
  }

  end(answer: WireAnswer): void {
    if (this.isOver) return;
    this.#body?.close();
    this.#finish(answer);
  }

  /** Nobody is there any more who could hear an answer. */
  forget(): void {
    this.isOver = true;
  }

  #giveUp(): void {
    if (this.isOver) return;
    this.#finish(undefined);
    if (this.#body === undefined) this.#answer.reject(this.#request.signal.reason);
    else this.#body.error(this.#request.signal.reason);
  }

  #finish(answer: WireAnswer | undefined): void {
    this.isOver = true;
    this.status = answer?.status;
    this.#settled(this, answer);
  }
}
