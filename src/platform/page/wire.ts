/** What the platform sends to the page. Nothing is taken for granted; nobody else's words decide. */
import * as z from 'zod/mini';
import type { JsonValue } from '../../../machines/index.ts';
import type { Approval, End, Outcome } from './model/approval.ts';
import type { AskerStep } from './model/asker.ts';

// Its compiled checks need `eval`, which the page's security policy forbids and reports.
z.config({ jitless: true });

const text = z.nullish(z.string());
const instant = z.nullish(z.string());
/** Whatever `JSON.parse` made: every value that gets here is JSON. */
const json = z.nullish(z.custom<JsonValue>());

const endFields = {
  status: z.optional(z.unknown()),
  outcome: text,
  decided_by: text,
  decided_at: instant,
  note: text,
};
const endSchema = z.object(endFields);

const viewSchema = z.object({
  ...endFields,
  id: z.string().check(z.minLength(1)),
  workspace_id: z.string().check(z.minLength(1)),
  workspace_name: text,
  task_id: text,
  action: z.string(),
  reason: text,
  status: z.string(),
  created_at: z.string(),
  expires_at: instant,
  digest: text,
  args: json,
  edited_args: json,
  asker: z.optional(z.unknown()),
});
type View = z.infer<typeof viewSchema>;

const stepSchema = z.object({
  state: z.string().check(z.minLength(1), z.maxLength(64)),
  from: z.nullish(z.string().check(z.maxLength(64))),
  at: z.string(),
});

const stateFrameSchema = z.object({
  event: z.literal('APPROVAL_STATE'),
  payload: z.looseObject({ approval_id: z.string().check(z.minLength(1)) }),
});

const frameSchema = z.object({
  event: z.enum([
    'APPROVAL_REQUESTED',
    'APPROVAL_DECIDED',
    'APPROVAL_WITHDRAWN',
    'APPROVAL_EXPIRED',
  ]),
  seq: z.optional(z.number()),
  workspace_id: z.string(),
  payload: z.looseObject({ approval_id: z.string().check(z.minLength(1)) }),
});

export const sessionSchema = z.object({ approver: z.string() });
export const problemSchema = z.object({ error: z.string(), code: z.string() });
export const listSchema = z.array(z.unknown());

export type Frame =
  | { readonly kind: 'arrived'; readonly seq: number | null; readonly approval: Approval }
  | { readonly kind: 'ended'; readonly seq: number | null; readonly end: End }
  | { readonly kind: 'moved'; readonly id: string; readonly step: AskerStep };

const instantOf = (value: string | null | undefined): number | null => {
  const ms = Date.parse(value ?? '');
  return Number.isNaN(ms) ? null : ms;
};

/** The exact end; `denied` is a person's word only where the platform says so in `outcome`. */
function outcomeOf(status: unknown, outcome: string | null | undefined): Outcome | null {
  switch (outcome) {
    case 'granted':
    case 'denied':
    case 'timeout':
    case 'withdrawn':
      return outcome;
    default:
      return status === 'pending' && !outcome ? null : 'unknown';
  }
}

/** A request of the platform's, or `undefined` where this page cannot make sense of it. */
export function readApproval(value: unknown): Approval | undefined {
  const parsed = viewSchema.safeParse(value);
  return parsed.success ? toApproval(parsed.data) : undefined;
}

const toApproval = (view: View): Approval => ({
  id: view.id,
  workspaceId: view.workspace_id,
  workspaceName: view.workspace_name || view.workspace_id,
  taskId: view.task_id || null,
  action: view.action,
  reason: view.reason ?? '',
  args: view.args ?? null,
  editedArgs: view.edited_args ?? null,
  digest: view.digest || null,
  createdAt: instantOf(view.created_at) ?? 0,
  expiresAt: instantOf(view.expires_at),
  outcome: outcomeOf(view.status, view.outcome),
  decidedBy: view.decided_by || null,
  decidedAt: instantOf(view.decided_at),
  note: view.note || null,
  asker: readStep(view.asker),
});

/** Where an asker says that it is; `null` where it says nothing that makes sense. */
function readStep(value: unknown): AskerStep | null {
  const parsed = stepSchema.safeParse(value);
  const at = parsed.success ? instantOf(parsed.data.at) : null;
  if (!parsed.success || at === null) return null;
  return { state: parsed.data.state, from: parsed.data.from || null, at };
}

/** What a frame tells, or `undefined` for everything that is none of the five events. */
export function readFrame(data: string): Frame | undefined {
  const value = parse(data);
  const parsed = frameSchema.safeParse(value);
  if (!parsed.success) return readMove(value);
  const { event, payload, workspace_id, seq = null } = parsed.data;
  if (event === 'APPROVAL_REQUESTED') {
    const approval = readApproval({ workspace_id, ...payload, id: payload.approval_id });
    return approval && { kind: 'arrived', seq, approval };
  }
  const end = readEnd(payload.approval_id, payload, DEFAULT_OUTCOME[event]);
  return end && { kind: 'ended', seq, end };
}

function readMove(value: unknown): Frame | undefined {
  const parsed = stateFrameSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { payload } = parsed.data;
  const step = readStep(payload);
  return step === null ? undefined : { kind: 'moved', id: payload.approval_id, step };
}

const DEFAULT_OUTCOME = {
  APPROVAL_DECIDED: null,
  APPROVAL_WITHDRAWN: 'withdrawn',
  APPROVAL_EXPIRED: 'timeout',
} as const;

/**
 * The stored end that a frame, or the answer to a decision that came too late, tells of.
 * @param outcome what the event's name says, where the body does not
 */
export function readEnd(
  id: string,
  value: unknown,
  outcome: Outcome | null = null,
): End | undefined {
  const parsed = endSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  return {
    id,
    outcome: outcomeOf('ended', data.outcome ?? outcome) ?? 'unknown',
    decidedBy: data.decided_by || null,
    decidedAt: instantOf(data.decided_at),
    note: data.note || null,
  };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
