/** Answers to a create that are none: nonsense, other codes, redirects. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type FakePlatform, fakeRoutes, type LoggedRequest } from '../../src/testing/index.ts';
import { ASK, expectFailed, expectKept, warmUp } from '../support/catalogue.ts';
import { fastEnvironment } from '../support/fast-environment.ts';
import { fakePlatform, requestingSide, WORKSPACE } from '../support/world.ts';

beforeAll(warmUp);

/** Polling only, and a clock in which seconds are moments. */
const quick = () => ({
  useWebSocket: false,
  pollInterval: '1s',
  timeout: '10m',
  environment: fastEnvironment(20),
});

function store(platform: FakePlatform, { body }: LoggedRequest): void {
  const { action, task_id }: { action: string; task_id: string } = JSON.parse(body);
  platform.addRow({ workspaceId: WORKSPACE, action, taskId: task_id });
}

const to = (elsewhere: FakePlatform) => ({ redirect: elsewhere.url, status: 307 }) as const;

describe('F4 a create that is answered with 201 and nonsense', () => {
  const NONSENSE: readonly [string, unknown][] = [
    ['an empty object', {}],
    ['null', null],
    ['a list', []],
    ['HTML', '<h1>Created</h1>'],
    ['truncated JSON', '{"approval_id":"a1","sta'],
    ['nothing', ''],
    ['an empty id', { approval_id: '', status: 'pending' }],
    ['a number as its id', { approval_id: 7, status: 'pending' }],
    ['an id without end', { approval_id: 'x'.repeat(5_000), status: 'pending' }],
    ['an approval', { approval_id: 'a1', status: 'approved' }],
    ['no status but null', { approval_id: 'a1', status: null }],
    ['two ids', '{"approval_id":"a1","approval_id":"a2","status":"pending"}'],
    ['two statuses', '{"approval_id":"a1","status":"pending","status":"pending"}'],
  ];

  it.each(NONSENSE)(
    'F4 a create answered with %s fails as protocol, after a look',
    async (_, body) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes.create, { status: 201, body });
      const world = requestingSide(platform.url, quick());
      const asked = world.approvals.request(ASK);
      await expectFailed({ world, asked }, 'protocol');
      expect(platform.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
    },
  );

  it.each(NONSENSE)(
    'F4 a create answered with %s is adopted where it was stored',
    async (_, body) => {
      const platform = await fakePlatform();
      platform.respond(fakeRoutes.create, (request) => {
        store(platform, request);
        return { status: 201, body };
      });
      const world = requestingSide(platform.url, quick());
      await expectKept({ platform, world, asked: world.approvals.request(ASK) });
      expect(platform.countRequests(fakeRoutes.create)).toBe(1);
    },
  );

  it("F4 an approved row without an id, beside such an answer, is nobody's", async () => {
    const platform = await fakePlatform();
    platform.respond(fakeRoutes.create, { status: 201, body: {} });
    platform.respond(fakeRoutes.list, ({ path }) => ({ body: [{ status: 'approved', path }, {}] }));
    const world = requestingSide(platform.url, quick());
    await expectFailed({ world, asked: world.approvals.request(ASK) }, 'protocol');
  });
});

describe('F5 a create that is answered with another success, or a redirect', () => {
  it.each([200, 202, 203, 204])(
    'F5 a create answered with %i fails as protocol',
    async (status) => {
      const platform = await fakePlatform();
      const body = { approval_id: 'a1', status: 'pending' };
      platform.respond(fakeRoutes.create, status === 204 ? { status } : { status, body });
      const world = requestingSide(platform.url, quick());
      await expectFailed({ world, asked: world.approvals.request(ASK) }, 'protocol');
      expect(platform.countRequests(fakeRoutes.create)).toBe(1);
    },
  );

  it.each([300, 301, 302, 303, 304, 307, 308])(
    'F5 a create answered with %i fails as protocol, and nobody else sees the token',
    async (status) => {
      const [platform, elsewhere] = await Promise.all([fakePlatform(), fakePlatform()]);
      const redirect = `${elsewhere.url}/workspaces/${WORKSPACE}/approvals`;
      platform.respond(fakeRoutes.create, { redirect, status });
      const world = requestingSide(platform.url, { ...quick(), token: 'secret-token' });
      await expectFailed({ world, asked: world.approvals.request(ASK) }, 'protocol');
      expect(platform.countRequests(fakeRoutes.create)).toBe(1);
      expect(elsewhere.requests).toEqual([]);
    },
  );
});

it.each([400, 404, 413])('F6 a create refused with %i fails as config, at once', async (status) => {
  const platform = await fakePlatform();
  platform.respond(fakeRoutes.create, { status, body: { error: 'no' } });
  const world = requestingSide(platform.url, quick());
  const message = await expectFailed({ world, asked: world.approvals.request(ASK) }, 'config');
  expect(message).toContain(String(status));
  expect(platform.requests).toHaveLength(1);
});

describe('F63 a redirect to another host', () => {
  it.each(['create', 'list', 'decide', 'live'] as const)(
    'F63 of %s is not followed, and the token stays here',
    async (route) => {
      const [platform, elsewhere] = await Promise.all([fakePlatform(), fakePlatform()]);
      const mend = platform.respond(fakeRoutes[route], to(elsewhere));
      const options = { ...quick(), token: 'secret-token', useWebSocket: route === 'live' };
      const world = requestingSide(platform.url, options);
      const controller = new AbortController();
      const asked = world.approvals.request(ASK, { signal: controller.signal });
      if (route === 'create') await expectFailed({ world, asked }, 'protocol');
      else if (route === 'decide') {
        await vi.waitFor(() => expect(world.outcomes()).toContain('requested'));
        controller.abort();
        expect(await asked).toMatchObject({ status: 'withdrawn', approved: false });
      } else {
        await platform.nextRequest(fakeRoutes[route]);
        mend();
        await expectKept({ platform, world, asked });
      }
      expect(platform.countRequests(fakeRoutes[route])).toBeGreaterThan(0);
      expect(elsewhere.requests).toEqual([]);
    },
  );
});
