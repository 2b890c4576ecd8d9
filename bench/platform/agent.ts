/** One process of the platform's benchmark: `agent.ts ROLE`; obeys who forked it. */
import type { Role, RoleName } from './child.ts';

const ROLES: Readonly<Record<RoleName, () => Promise<{ readonly role: Role }>>> = {
  server: () => import('./server.ts'),
  load: () => import('./load.ts'),
  sockets: () => import('./sockets.ts'),
  broadcast: () => import('./broadcast.ts'),
};

const isRole = (name: string | undefined): name is RoleName =>
  name !== undefined && Object.hasOwn(ROLES, name);

const name = process.argv[2];
if (!isRole(name)) throw new RangeError(`no role ${JSON.stringify(name)}`);
const loading = ROLES[name]();

const obey = async (order: unknown): Promise<void> => {
  const { role } = await loading;
  process.send?.(await role.obey(order));
};

process.on('message', (order) => void obey(order));
process.on('disconnect', () => void loading.then(({ role }) => role.stop()));
