import type { FakeDialect } from './frames.ts';
import type { FakeRow } from './rows.ts';

/** The switches of the fake platform. Each may be changed while it runs and holds from then on. */
export interface FakePlatformQuirks {
  /** How decisions are told on the live channel. Default `enveloped`. */
  dialect: FakeDialect;
  /** The bearer token that workspaces must show, also on the upgrade. Default: none is asked for. */
  requireToken: string | undefined;
  /**
   * The bearer token that `GET /approvals/pending` asks for, and that decides in every workspace.
   * Default: none is asked for.
   */
  requireAdminToken: string | undefined;
  /** The only `Origin` that may open the live channel; another one, or none, gets 403. Default: any. */
  requireOrigin: string | undefined;
  /** Frames get lost while every socket stays open. Default `false`. */
  dropFrames: boolean;
  /** A row that waited longer is expired at the next list. Milliseconds; default 10 minutes. */
  expireAfterMs: number;
  /** Requests a minute, all callers together; more get 429 with `Retry-After`. Default 100,000. */
  rateLimit: number;
  /** Called with a new row and awaited before its request is answered. Default: nothing. */
  onCreate: ((row: FakeRow) => void | Promise<void>) | undefined;
}

/** Any quirk, and what is fixed for the platform's life. */
export interface FakePlatformOptions extends Partial<FakePlatformQuirks> {
  /** The path of the platform's address, as `/molecule`. Default: none. */
  readonly basePath?: string;
  /** The platform's clock, milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export const DEFAULT_QUIRKS: Readonly<FakePlatformQuirks> = {
  dialect: 'enveloped',
  requireToken: undefined,
  requireAdminToken: undefined,
  requireOrigin: undefined,
  dropFrames: false,
  expireAfterMs: 10 * 60_000,
  rateLimit: 100_000,
  onCreate: undefined,
};
