/** Two servers over one SQLite file, any commands in any order, beside a model of a few lines. */
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { commandsOf, patience, runs, SEED } from '../support/command-runs.ts';
import * as commands from './platform-commands.ts';
import { compare, compareHeard } from './platform-comparison.ts';
import * as decisions from './platform-deciding.ts';
import { PlatformModel } from './platform-model.ts';
import { PlatformNodes } from './platform-nodes.ts';
import * as readings from './platform-readings.ts';

const { ask, askMany, wait, close, open } = commands;
const { decide, race, refusedDecide } = decisions;
const { list, pageWhileWriting, read, listPending, readFeed } = readings;

/** Each of the 51 is flushed to disk: not in every run. */
const asking = fc.oneof({ weight: 15, arbitrary: ask }, { weight: 1, arbitrary: askMany });
const doing = [ask, ask, ask, asking, decide, decide, race, race, refusedDecide];
const reading = [list, pageWhileWriting, read, listPending, readFeed];
const anything = fc.commands([...doing, ...reading, wait, close, open], commandsOf(40));

describe('the platform', () => {
  it(`says what the model says after every command (seed ${SEED})`, patience, async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (all) => {
        await using nodes = new PlatformNodes();
        await nodes.open(0);
        await nodes.open(1);
        const model = new PlatformModel(nodes.clock.now());
        await fc.asyncModelRun(() => ({ model, real: nodes }), all);
        for (const node of [0, 1] as const) {
          if (model.open[node] === true) continue;
          await nodes.open(node);
          model.reopen(node);
        }
        await compare(model, nodes);
        await compareHeard(nodes);
      }),
      runs(10),
    );
  });
});
