/**
 * A platform like ours, as far as the asking side sees it: digests are stored, an `Idempotency-Key`
 * is honoured, events are numbered, and an expiry or a withdrawal is told. It may tell what changed.
 */
import { z } from 'zod';
import { failure, NOT_FOUND, type PlainAnswer } from '../../src/testing/fake/answers.ts';
import { requestedFrame } from '../../src/testing/fake/frames.ts';
import type { LoggedRequest } from '../../src/testing/fake/request-log.ts';
import type { FakeRow, FakeRows } from '../../src/testing/fake/rows.ts';
import type { PlatformOptions } from './model-platform.ts';

const PLATFORM_LANE = 1_000_000;
const PAGE = 50;
/** Small, so that there are several. */
const CHANGES_PAGE = 3;

const createSchema = z.object({
  action: z.string().min(1),
  reason: z.string().default(''),
  task_id: z.string().default(''),
  timeout_seconds: z.number().default(600),
  context: z.object({ digest: z.string() }).optional(),
});
const decideSchema = z.object({ decision: z.literal('denied'), decided_by: z.string() });

type RowOutcome = 'granted' | 'denied' | 'timeout' | 'withdrawn';

interface Extra {
  readonly digest: string | null;
  /** By what the row says of its decision: one that comes back from a back-up has its own. */
  readonly outcomes: Map<string, RowOutcome>;
}

/** What happened to a row: it was asked, or it ended so. */
interface Happening {
  readonly seq: number;
  readonly id: string;
  readonly end?: string;
}

export interface OwnPlatformOptions extends PlatformOptions {
  readonly rows: FakeRows;
  readonly now: () => number;
}

export class OwnPlatform {
  readonly #options: OwnPlatformOptions;
  readonly #extras = new Map<string, Extra>();
  readonly #byKey = new Map<string, { readonly body: string; readonly id: string }>();
  readonly #history: Happening[] = [];
  #seq = 0;

  constructor(options: OwnPlatformOptions) {
    this.#options = options;
  }

  answer(request: LoggedRequest): PlainAnswer {
    const segments = request.path.split('/').map(decodeURIComponent);
    const [, workspaces, workspaceId = '', approvals, id, verb] = segments;
    if (workspaces !== 'workspaces' || approvals !== 'approvals') return NOT_FOUND;
    if (id !== undefined && verb === 'decide' && request.method === 'POST')
      return this.#withdraw(id, request.body);
    if (id !== undefined) return NOT_FOUND;
    if (request.method === 'POST') return this.#create(workspaceId, request);
    const since = request.query.get('changed_since');
    return since === null
      ? this.#list(workspaceId, Number(request.query.get('before') ?? 0))
      : this.#changes(Number(since));
  }

  decide(id: string, decision: 'approved' | 'denied'): FakeRow | undefined {
    return this.#end(id, decision, 'alice', decision === 'approved' ? 'granted' : 'denied');
  }

  #create(workspaceId: string, { body, headers }: LoggedRequest): PlainAnswer {
    const key = `${workspaceId} ${String(headers['idempotency-key'])}`;
    const known = this.#byKey.get(key);
    if (known !== undefined && this.#options.rows.all().some(({ id }) => id === known.id))
      return known.body === body ? created(known.id) : failure(409, 'the key is in use');
    const asked = createSchema.parse(JSON.parse(body));
    const { action, reason, task_id: taskId, timeout_seconds: timeout, context } = asked;
    const row = this.#options.rows.insert({ workspaceId, action, reason, taskId });
    this.#extras.set(row.id, { digest: context?.digest ?? null, outcomes: new Map() });
    this.#byKey.set(key, { body, id: row.id });
    this.#history.push({ seq: this.#nextSeq(), id: row.id });
    this.#options.announce(requestedFrame(row, this.#options.now()));
    this.#options.scheduler.after(timeout * 1000, PLATFORM_LANE, () => this.#expire(row.id));
    this.#options.onCreate(row);
    return created(row.id);
  }

  #list(workspaceId: string, before: number): PlainAnswer {
    const rows = this.#options.rows.all().filter((row) => row.workspace_id === workspaceId);
    const page = rows.slice(before, before + PAGE).map((row) => this.#view(row));
    const next = before + PAGE;
    const links = before === 0 ? this.#monitor(this.#present().at(-1)?.seq) : [];
    if (rows.length > next) links.push(`<?before=${next}>; rel="next"`);
    return { body: page, headers: headersOf(links) };
  }

  /** What ended since, the oldest end first. */
  #changes(since: number): PlainAnswer {
    const history = this.#present();
    if (!history.some(({ seq }) => seq === since)) {
      this.#options.trace.hit('changes.unknown_mark');
      return failure(410, 'read the whole list');
    }
    const ends = history.filter(({ seq, end }) => seq > since && end !== undefined);
    const page = ends.slice(0, CHANGES_PAGE);
    const isLast = page.length === ends.length;
    const mark = (isLast ? history : page).at(-1)?.seq;
    const links = this.#monitor(mark);
    if (!isLast) links.push(`<?changed_since=${mark}>; rel="next"`);
    if (page.length > 0) this.#options.trace.hit('changes.told');
    const rows = this.#options.rows.all();
    const told = page.flatMap(({ id }) => rows.filter((row) => row.id === id));
    return { body: told.map((row) => this.#view(row)), headers: headersOf(links) };
  }

  #monitor(mark: number | undefined): string[] {
    const { tellsChanges } = this.#options;
    return tellsChanges && mark !== undefined ? [`<?changed_since=${mark}>; rel="monitor"`] : [];
  }

  /** A back-up that is restored, or a database that was lost, takes what happened with it. */
  #present(): Happening[] {
    const rows = new Map(this.#options.rows.all().map((row) => [row.id, row]));
    return this.#history.filter(({ id, end }) => {
      const row = rows.get(id);
      return row !== undefined && (end === undefined || end === decisionOf(row));
    });
  }

  #view(row: FakeRow): object {
    const { digest = null, outcomes } = this.#extras.get(row.id) ?? {};
    return { ...row, digest, outcome: outcomes?.get(decisionOf(row)) ?? null, note: null };
  }

  #withdraw(id: string, body: string): PlainAnswer {
    const { decided_by: by } = decideSchema.parse(JSON.parse(body));
    const row = this.#end(id, 'denied', by, 'withdrawn');
    if (row !== undefined) return { body: { approval_id: id, status: row.status } };
    return failure(404, 'approval not found or already decided');
  }

  #expire(id: string): void {
    if (this.#end(id, 'denied', 'auto-expired', 'timeout') === undefined) return;
    this.#options.trace.hit('platform.expired_with_event');
  }

  #end(
    id: string,
    status: 'approved' | 'denied',
    by: string,
    outcome: RowOutcome,
  ): FakeRow | undefined {
    const row = this.#options.rows.decide(id, status, by);
    const extra = this.#extras.get(id);
    if (row === undefined || extra === undefined) return row;
    extra.outcomes.set(decisionOf(row), outcome);
    this.#history.push({ seq: this.#nextSeq(), id, end: decisionOf(row) });
    this.#options.announce(JSON.stringify(this.#frame(row, outcome, extra.digest)));
    return row;
  }

  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #frame(row: FakeRow, outcome: string, digest: string | null): object {
    const { id: approval_id, status, decided_by, decided_at, workspace_id } = row;
    const payload = { approval_id, decision: status, decided_by, decided_at, outcome, digest };
    const common = { workspace_id, seq: this.#seq, timestamp: decided_at, payload };
    if (outcome === 'timeout') return { event: 'APPROVAL_EXPIRED', ...common };
    if (outcome === 'withdrawn') return { event: 'APPROVAL_WITHDRAWN', ...common };
    return { event: 'APPROVAL_DECIDED', ...payload, status, ...common };
  }
}

const decisionOf = ({ status, decided_by, decided_at }: FakeRow): string =>
  `${status} ${decided_by} ${decided_at}`;

const headersOf = (links: readonly string[]) =>
  links.length === 0 ? {} : { link: links.join(', ') };

const created = (id: string): PlainAnswer => ({
  status: 201,
  body: { approval_id: id, status: 'pending' },
});
