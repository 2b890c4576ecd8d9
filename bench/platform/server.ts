/** The platform as it is shipped, in a process of its own. */
import { createPlatform, type Platform } from 'countersign/platform';
import { z } from 'zod';
import type { Role } from './child.ts';

const orderSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('listen'), dataDir: z.string() }),
  z.object({ do: z.literal('cpu') }),
]);

/** What the server says when it listens. */
export const listeningSchema = z.object({ url: z.string(), token: z.string() });

/** Microseconds of CPU that the process has used so far. */
export const cpuSchema = z.object({ cpuUs: z.number() });

let platform: Platform | undefined;

async function listen(dataDir: string): Promise<z.infer<typeof listeningSchema>> {
  platform = createPlatform({ dataDir, port: 0 });
  await platform.listen();
  return { url: platform.url, token: platform.approverToken };
}

function usedCpu(): z.infer<typeof cpuSchema> {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system };
}

export const role: Role = {
  obey: async (message) => {
    const order = orderSchema.parse(message);
    return order.do === 'listen' ? listen(order.dataDir) : usedCpu();
  },
  stop: async () => {
    await platform?.close();
  },
};
