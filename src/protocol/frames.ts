/**
 * Frames of the live channel, both dialects.
 *
 * Everything that is not a decision for this workspace is `undefined`, whatever it is: a platform
 * sends many other events, and one strange frame must cost nobody a decision.
 */
import { z } from 'zod';
import type { Decision } from '../../machines/index.ts';
import { decisionOf, idSchema, isThere } from './rows.ts';
import { isUnambiguous } from './strict-json.ts';

const name = z.string().nullish().catch(null);

const details = {
  decided_by: name,
  decided_at: name,
  note: name,
  outcome: z.unknown().optional(),
  digest: z.string().nullish(),
  edited_args: z.unknown().optional(),
};

const flatSchema = z.object({
  event: z.literal('APPROVAL_DECIDED'),
  approval_id: idSchema,
  status: z.enum(['approved', 'denied']),
  workspace_id: z.string().nullish(),
  payload: z
    .object({ approval_id: z.unknown().optional(), decision: z.unknown().optional() })
    .nullish(),
  ...details,
});

const envelopedSchema = z.object({
  event: z.enum(['APPROVAL_APPROVED', 'APPROVAL_DENIED', 'APPROVAL_EXPIRED', 'APPROVAL_WITHDRAWN']),
  workspace_id: z.string(),
  payload: z.object({ approval_id: idSchema, decision: z.unknown().optional(), ...details }),
});

const frameSchema = z.discriminatedUnion('event', [flatSchema, envelopedSchema]);

/** What the name of an enveloped event must agree with. */
const STATUS_OF = {
  APPROVAL_APPROVED: 'approved',
  APPROVAL_DENIED: 'denied',
  APPROVAL_EXPIRED: 'denied',
  APPROVAL_WITHDRAWN: 'denied',
} as const;

/** Ends that no person brought about. */
const OUTCOME_OF: Partial<Record<keyof typeof STATUS_OF, string>> = {
  APPROVAL_EXPIRED: 'timeout',
  APPROVAL_WITHDRAWN: 'withdrawn',
};

/**
 * A decision is smaller, whatever its note says. Reading a larger one would keep all others waiting;
 * a read of the list finds what it says. Characters.
 */
export const MAX_DECISION_LENGTH = 256 * 1024;

/**
 * The decision that a frame tells `workspaceId` of, or `undefined`.
 * @param data the frame's text, as it came
 */
export function decisionOfFrame(data: string, workspaceId: string): Decision | undefined {
  if (data.length > MAX_DECISION_LENGTH || !mayDecide(data)) return undefined;
  const parsed = frameSchema.safeParse(parse(data));
  if (!parsed.success) return undefined;
  const frame = parsed.data;
  if (isThere(frame.workspace_id) && frame.workspace_id !== workspaceId) return undefined;
  // Readers differ in which of two equal keys they keep. Looked at last: few frames get here.
  if (!isUnambiguous(data)) return undefined;
  return frame.event === 'APPROVAL_DECIDED' ? ofFlat(frame) : ofEnveloped(frame);
}

/**
 * Most frames are about something else, and looking for a word is cheaper than reading JSON. Where
 * letters are spelt by their numbers, the word cannot be looked for.
 */
const mayDecide = (data: string): boolean => data.includes('"APPROVAL_') || data.includes('\\u');

/** Our platform sends both forms in one frame; where they differ, neither is believed. */
function ofFlat(frame: z.infer<typeof flatSchema>): Decision | undefined {
  const { approval_id: approvalId, status, payload } = frame;
  if (!isSaid(payload?.decision, status) || !isSaid(payload?.approval_id, approvalId))
    return undefined;
  return decisionOf(approvalId, status, frame);
}

const isSaid = (said: unknown, expected: string): boolean =>
  said === undefined || said === expected;

function ofEnveloped(frame: z.infer<typeof envelopedSchema>): Decision | undefined {
  const { payload, event } = frame;
  const status = STATUS_OF[event];
  const outcome = OUTCOME_OF[event];
  if (outcome !== undefined)
    return decisionOf(payload.approval_id, status, { ...payload, outcome });
  return payload.decision === status ? decisionOf(payload.approval_id, status, payload) : undefined;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
