import type { Part } from '../report/figure.ts';
import { durable } from './durable.ts';
import { frames } from './frames.ts';
import { lists } from './lists.ts';
import { seeded } from './seed.ts';
import { startUp } from './start-up.ts';

const REPEATS = 3;
const LARGE = 100_000;

/** The platform: what it stores a second, how soon it tells, reads and starts. */
export const platform: Part = async (effort) => {
  const repeats = effort.isQuick ? 1 : REPEATS;
  await using empty = await seeded(0);
  await using small = await seeded(100);
  await using large = await seeded(LARGE);
  const figures = [
    ...(await durable(effort, repeats)),
    ...(await frames(effort, repeats)),
    ...(await lists(effort, repeats, { large, small })),
    ...(await startUp(effort, repeats, { empty, large })),
  ];
  return { title: 'The platform', about: ABOUT, figures };
};

const ABOUT =
  'The server is the built package in a process of its own, with its database on disk; the load ' +
  'comes from other processes on the same machine, over HTTP connections that are kept alive. ' +
  'A create or a decide is answered when its commit has been flushed; beside it the same ' +
  'transactions are done with node:sqlite alone, each with its own flush. From the sending of a ' +
  'decision to its frame, over all sockets that get it: beside it a bare ws server that stores ' +
  'nothing and sends to the same sockets; where all sockets are of one workspace, the last frame ' +
  'waits for all those before it, there as here. Lists are read beside those of a store with 100 ' +
  'rows, start-up is from the start of the process to the first answer of /health.';
