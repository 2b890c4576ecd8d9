/**
 * The process of one contestant. Arguments: its name, how many warm up, how many wait. Tells what it measured; where
 * nobody listens, on standard output.
 */
import { z } from 'zod';
import { CONTESTANTS, contestantNameSchema } from './contestants.ts';
import { measure } from './measure.ts';

const count = z.coerce.number().int().positive();
const [name, warmUp, waiting] = z
  .tuple([contestantNameSchema, count, count])
  .parse(process.argv.slice(2));

const contestant = await CONTESTANTS[name].load();
try {
  const measured = await measure(contestant, { warmUp, waiting });
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(measured)}\n`);
  else process.send(measured);
} finally {
  await contestant.close();
  if (process.connected) process.disconnect();
}
