/** Who asked what, and what the platform said: enough to know what each asker may get. */
import type { JsonValue, Outcome, ProblemCode } from '../../machines/index.ts';
import type { Approvals } from '../../src/index.ts';

/** What is asked; `args` absent: words only. */
export const CONTENTS: readonly { readonly action: string; readonly args?: JsonValue }[] = [
  { action: 'Drop table users' },
  { action: 'Drop table users', args: { table: 'users' } },
  { action: 'Drop table users', args: { table: 'orders' } },
  { action: 'Pay the invoice', args: ['inv-7', 12.5] },
];

export type Word = 'approved' | 'denied' | 'expired' | 'withdrawn';

/** Something that the platform let out about a row. */
export interface Said {
  readonly id: string;
  readonly word: Word;
  readonly who: string;
  /** A frame may say what the row does not. */
  readonly by: 'row' | 'frame';
  readonly order: number;
}

export interface Question {
  readonly content: number;
  /** Absent: a new one. */
  readonly key?: string | undefined;
  /** Seconds of the client's own clock. */
  readonly seconds: number;
}

export interface Asked extends Question {
  readonly number: number;
  readonly giveUp: () => void;
  readonly outcome: Promise<Outcome>;
  /** Every answer that it got. */
  readonly ends: Outcome[];
  gaveUpAt: number | undefined;
  /** Where it is known before the end. */
  traceId: string | undefined;
  /** Its create may have taken too long. */
  mayFail: boolean;
}

export class AskersModel {
  readonly asked: Asked[] = [];
  readonly said: Said[] = [];
  /** Rows that the platform lost. */
  readonly forgotten = new Set<string>();
  /** Lists that were refused for a while; answers to creates that were lost. */
  readonly troubles = new Set<'lists' | 'answers'>();
  /** Ends that the troubles so far may bring about. */
  readonly excused = new Set<ProblemCode>();
  #order = 0;

  ask(approvals: Approvals, question: Question): Asked {
    const controller = new AbortController();
    const ends: Outcome[] = [];
    const { key, content, seconds } = question;
    const input = { ...CONTENTS[content], action: CONTENTS[content]?.action ?? '' };
    const asked: Asked = {
      ...question,
      number: this.asked.length,
      ends,
      gaveUpAt: undefined,
      traceId: undefined,
      mayFail: false,
      giveUp: () => {
        asked.gaveUpAt ??= this.next();
        controller.abort();
      },
      outcome: approvals
        .request(
          { ...input, timeout: seconds, ...(key === undefined ? {} : { key }) },
          { signal: controller.signal },
        )
        .then((outcome) => {
          ends.push(outcome);
          return outcome;
        }),
    };
    this.asked.push(asked);
    return asked;
  }

  say(id: string, word: Word, who: string, by: Said['by'] = 'row'): void {
    this.said.push({ id, word, who, by, order: this.next() });
  }

  /** What the row itself said first. */
  endOf(id: string): Said | undefined {
    return this.said.find((said) => said.id === id && said.by === 'row');
  }

  get waiting(): Asked[] {
    return this.asked.filter(({ ends }) => ends.length === 0);
  }

  /** All who share its key, itself included. */
  familyOf(asked: Asked): Asked[] {
    return this.asked.filter(
      (other) => other === asked || (asked.key !== undefined && other.key === asked.key),
    );
  }

  /** A key of one's own, and a create without an answer, have to be looked up in the list. */
  mayFail({ mayFail, key }: Asked): boolean {
    const isLookedUp = key !== undefined || this.troubles.has('answers');
    return mayFail || (isLookedUp && this.troubles.has('lists'));
  }

  /** The one that a command means by a number of its own. */
  at(which: number): Asked {
    const asked = this.asked[which % this.asked.length];
    if (asked === undefined) throw new Error('a command needs an asker, and there is none');
    return asked;
  }

  next(): number {
    this.#order += 1;
    return this.#order;
  }
}
