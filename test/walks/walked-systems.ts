/** Everything of ours that is walked, by name. */
import { approvalMachine } from '../../machines/index.ts';
import {
  type MakeSystem,
  machineSystem,
  type TestApprovalsOptions,
} from '../../src/testing/index.ts';
import { langchain, mcp } from './askers.ts';
import { clientSystem } from './client-system.ts';
import { LEAVES_AT_ONCE } from './leaves-at-once.ts';
import { walkedFake, walkedReal } from './walked-platform.ts';

export interface WalkedSystem {
  readonly make: MakeSystem;
  readonly options?: TestApprovalsOptions;
}

const agent = (asker: typeof langchain): WalkedSystem => ({
  make: () => clientSystem({ platform: walkedFake, asker }),
  options: { known: LEAVES_AT_ONCE },
});

export const WALKED_SYSTEMS = {
  machine: { make: () => machineSystem(approvalMachine), options: { quietMs: 0 } },
  fake: { make: () => clientSystem({ platform: walkedFake, askers: 2 }) },
  real: { make: () => clientSystem({ platform: walkedReal }) },
  langchain: agent(langchain),
  mcp: agent(mcp),
} satisfies Record<string, WalkedSystem>;
