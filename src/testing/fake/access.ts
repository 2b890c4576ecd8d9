/** Who may come in, with the recorded refusals. */
import { failure, NOT_FOUND, type PlainAnswer } from './answers.ts';
import type { FakePlatformQuirks } from './quirks.ts';
import type { LoggedRequest } from './request-log.ts';

/** Whose token a route asks for. */
export type Access = 'workspace' | 'admin' | 'either';

/** The refusal of a request without the token that is asked for; the admin's texts are not recorded. */
export function unauthorized(
  quirks: FakePlatformQuirks,
  { headers }: LoggedRequest,
  access: Access,
): PlainAnswer | undefined {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const { requireToken, requireAdminToken } = quirks;
  if (access === 'either' && token !== undefined && token === requireAdminToken) return undefined;
  const wanted = access === 'admin' ? requireAdminToken : requireToken;
  if (wanted === undefined || token === wanted) return undefined;
  if (access === 'admin')
    return failure(401, token === undefined ? 'admin auth required' : 'invalid admin auth token');
  return failure(401, `${token === undefined ? 'missing' : 'invalid'} workspace auth token`);
}

/** `accept`: the live channel opens. The token is looked at before the origin. */
export function upgradeAsRecorded(
  quirks: FakePlatformQuirks,
  request: LoggedRequest,
): PlainAnswer | 'accept' {
  if (!request.belowBase || request.path !== '/ws') return NOT_FOUND;
  const refused = unauthorized(quirks, request, 'workspace');
  if (refused !== undefined) return refused;
  const { requireOrigin } = quirks;
  if (requireOrigin === undefined || requireOrigin === request.headers.origin) return 'accept';
  return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'Forbidden\n' };
}
