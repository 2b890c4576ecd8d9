import type { Outcome } from '../../machines/index.ts';
import { visibleInTerminal } from '../protocol/text.ts';

/** How it ended, for the person at the terminal. */
export function outcomeSentence(outcome: Outcome): string {
  switch (outcome.status) {
    case 'granted': {
      const edited = outcome.edited === true ? ', with other arguments: see --json' : '';
      return `Approved${by(outcome.decidedBy)}${edited}${noted(outcome.note)}`;
    }
    case 'denied':
      return outcome.error === undefined
        ? `Denied${by(outcome.decidedBy)}${noted(outcome.note)}`
        : `Denied: ${visibleInTerminal(outcome.error.message)}`;
    case 'timeout':
    case 'withdrawn':
      return `Not approved: ${visibleInTerminal(outcome.error.message)}`;
    case 'failed':
      return `Failed (${outcome.error.code}): ${visibleInTerminal(outcome.error.message)}`;
  }
}

const by = (name: string | undefined): string =>
  name === undefined ? '' : ` by ${visibleInTerminal(name)}`;

const noted = (note: string | undefined): string =>
  note === undefined ? '.' : `: ${visibleInTerminal(note)}`;
