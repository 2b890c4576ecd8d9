/** The platform: the recorded one, bug for bug, or one like ours. */
import { upgradeAsRecorded } from '../../src/testing/fake/access.ts';
import type { PlainAnswer } from '../../src/testing/fake/answers.ts';
import { decidedFrame } from '../../src/testing/fake/frames.ts';
import { answerAsRecorded } from '../../src/testing/fake/handlers.ts';
import { DEFAULT_QUIRKS, type FakePlatformQuirks } from '../../src/testing/fake/quirks.ts';
import { RateBucket } from '../../src/testing/fake/rate.ts';
import type { LoggedRequest } from '../../src/testing/fake/request-log.ts';
import { type FakeRow, FakeRows } from '../../src/testing/fake/rows.ts';
import type { WireAnswer } from './exchange.ts';
import type { Life } from './life.ts';
import { START_OF_TIME } from './machine-time.ts';
import { json } from './network.ts';
import { OwnPlatform } from './own-platform.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface PlatformOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly trace: Trace;
  readonly quirks: Partial<FakePlatformQuirks>;
  /** Whether it is like ours. */
  readonly isOwn: boolean;
  /** Whether one like ours tells what changed. */
  readonly tellsChanges: boolean;
  /** Its clock may be another. */
  readonly skewMs: number;
  readonly announce: (frame: string) => void;
  readonly onCreate: (row: FakeRow) => void;
}

export class ModelPlatform {
  readonly rows: FakeRows;
  readonly quirks: FakePlatformQuirks;
  readonly #options: PlatformOptions;
  readonly #bucket = new RateBucket();
  readonly #own: OwnPlatform | undefined;
  /** Nobody reaches it. */
  isDown = false;
  /** Who does not reach it, by the name of the slot. */
  readonly cutOff = new Set<string>();

  constructor(options: PlatformOptions) {
    const { random, isOwn, quirks, onCreate } = options;
    this.#options = options;
    this.rows = new FakeRows(
      this.#now,
      () => undefined,
      () => random.uuid(),
    );
    this.quirks = { ...DEFAULT_QUIRKS, ...quirks, onCreate };
    this.#own = isOwn
      ? new OwnPlatform({ ...options, rows: this.rows, now: this.#now })
      : undefined;
  }

  get isOwn(): boolean {
    return this.#own !== undefined;
  }

  reachable(life: Life): boolean {
    return !this.isDown && !this.cutOff.has(life.name.charAt(0));
  }

  async answer(request: LoggedRequest): Promise<WireAnswer> {
    const { allowed, headers } = this.#bucket.spend(this.quirks.rateLimit, this.#now());
    const said = textHeaders(headers);
    if (!allowed) {
      this.#options.trace.hit('platform.limit_reached');
      return json(429, { error: 'rate limit exceeded' }, said);
    }
    const answer = await this.#answered(request);
    return json(answer.status ?? 200, answer.body, {
      ...said,
      ...textHeaders(answer.headers ?? {}),
    });
  }

  upgrade(request: LoggedRequest): number | 'accept' {
    const answer = upgradeAsRecorded(this.quirks, request);
    return answer === 'accept' ? answer : (answer.status ?? 200);
  }

  /** The person decides. @returns `undefined` where that is too late */
  decide(id: string, decision: 'approved' | 'denied'): FakeRow | undefined {
    if (this.#own !== undefined) return this.#own.decide(id, decision);
    const row = this.rows.decide(id, decision, 'alice');
    if (row !== undefined)
      this.#options.announce(decidedFrame(row, this.quirks.dialect, this.#now()));
    return row;
  }

  async #answered(request: LoggedRequest): Promise<PlainAnswer> {
    const world = {
      rows: this.rows,
      quirks: this.quirks,
      now: this.#now,
      announce: this.#options.announce,
    };
    const before = this.#expiredCount();
    const answer = this.#own?.answer(request) ?? (await answerAsRecorded(world, request));
    if (this.#expiredCount() > before) this.#options.trace.hit('platform.expired_lazily');
    return answer;
  }

  #expiredCount(): number {
    if (this.quirks.expireAfterMs >= DEFAULT_QUIRKS.expireAfterMs) return 0;
    return this.rows.all().filter((row) => row.decided_by === 'auto-expired').length;
  }

  readonly #now = (): number => START_OF_TIME + this.#options.scheduler.now + this.#options.skewMs;
}

function textHeaders(headers: NonNullable<PlainAnswer['headers']>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) texts[name] = String(value);
  return texts;
}
