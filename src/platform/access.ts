/** What a principal may do: every route asks here, and nowhere else. */
import type { Context } from 'hono';
import { Refusal } from '../http/refusal.ts';
import { WORKSPACE_HEADER } from '../protocol/routes.ts';
import { controlCharacters } from '../protocol/text.ts';
import type { Principal } from './auth.ts';
import type { PlatformEnv } from './environment.ts';
import type { Credential, Subscription } from './feed.ts';

type Approver = Extract<Principal, { kind: 'approver' }>;

export const unauthorized = (): Refusal =>
  new Refusal(401, 'unauthorized', 'credentials are missing, or are not (or no longer) good');

/** @throws Refusal 401 for anonymous requesters, 403 for workspaces */
export function requireApprover(principal: Principal): Approver {
  switch (principal.kind) {
    case 'approver':
      return principal;
    case 'anonymous':
      throw unauthorized();
    case 'workspace':
      throw new Refusal(403, 'forbidden', 'this is for approvers; a workspace token only asks');
  }
}

/** @throws Refusal 403 for a workspace that asks about another one */
export function requireReader(principal: Principal, workspaceId: string): void {
  if (principal.kind === 'workspace' && principal.workspaceId !== workspaceId)
    throw new Refusal(403, 'forbidden', 'this token is for another workspace');
}

/** @throws Refusal 403 for approvers, and for other workspaces */
export function requireRequester(principal: Principal, workspaceId: string): void {
  if (principal.kind === 'approver')
    throw new Refusal(403, 'forbidden', 'approvers decide and do not ask; use a workspace token');
  requireReader(principal, workspaceId);
}

/** The workspace in the path. @throws Refusal 400 */
export function workspaceIn(c: Context<PlatformEnv>): string {
  return checkedId(c.req.param('workspace') ?? '');
}

function checkedId(id: string): string {
  const clean = id.isWellFormed() && controlCharacters(id, 'one line').length === 0;
  if (clean && id !== '' && id.length <= 256) return id;
  throw new Refusal(
    400,
    'invalid_request',
    'a workspace id has 1 to 256 characters, none of them control characters',
  );
}

/**
 * What a socket may be told: everything for an approver, its own for a requester.
 * @param named the workspace that the request names, if any
 * @throws Refusal 401 where an anonymous requester names no workspace
 */
export function subscriptionOf(principal: Principal, named: string | undefined): Subscription {
  switch (principal.kind) {
    case 'approver':
      return { workspaceId: null, credential: credentialOf(principal) };
    case 'workspace':
      requireReader(principal, named ?? principal.workspaceId);
      return {
        workspaceId: principal.workspaceId,
        credential: { kind: 'token', hash: principal.tokenHash },
      };
    case 'anonymous':
      if (named === undefined)
        throw new Refusal(401, 'unauthorized', `send credentials, or ${WORKSPACE_HEADER}`);
      return { workspaceId: checkedId(named), credential: { kind: 'none' } };
  }
}

const credentialOf = ({ sessionHash, tokenHash }: Approver): Credential =>
  sessionHash === undefined
    ? { kind: 'token', hash: tokenHash }
    : { kind: 'session', hash: sessionHash };
