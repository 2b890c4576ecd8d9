/**
 * An agent that asks in its team's chat: the approval machine with three services of our own. The
 * roles come from the machine's user as well; the deadline is the machine's.
 */
import {
  type ApprovalRequest,
  approvalMachine,
  type Decision,
  type Submission,
  type WaitEvent,
  type WaitInput,
  type Withdrawal,
  type WithdrawInput,
} from 'countersign/machine';
import { type EventObject, fromCallback, fromPromise } from 'xstate';

/** What the agent needs of a chat. */
export interface Chat {
  /** @returns the id of the message, once the chat has taken it */
  readonly post: (text: string) => Promise<string>;
  /** @returns whether it was still unanswered */
  readonly remove: (messageId: string) => Promise<boolean>;
  /** Calls back with the first answer. @returns ends that */
  readonly onAnswer: (messageId: string, tell: (answer: Answer) => void) => () => void;
}

export interface Answer {
  readonly yes: boolean;
  readonly by: string;
}

export function chatMachine(chat: Chat): typeof approvalMachine {
  /** Messages that were posted, by the key of their request; the chat may not have taken them yet. */
  const posts = new Map<string, Promise<string>>();
  return approvalMachine.provide({
    actors: {
      submitRequest: fromPromise<Submission, ApprovalRequest>(async ({ input }) => {
        const posted = chat.post(`May I? ${input.action}\n${input.reason}`);
        posts.set(input.key, posted);
        // There is no live channel: answers are watched for.
        return { status: 'submitted', approvalId: await posted, channel: 'down' };
      }),
      pollDecision: fromCallback<EventObject, WaitInput>(({ input, sendBack }) =>
        chat.onAnswer(input.approvalId, (answer) => {
          const decision = decisionOf(input.approvalId, answer);
          sendBack({ type: 'decision.received', decision } satisfies WaitEvent);
        }),
      ),
      withdrawRequest: fromPromise<Withdrawal, WithdrawInput>(async ({ input }) => {
        // Whoever gives up while the message is on its way has no id yet: it is there all the same.
        const messageId = await posts.get(input.request.key);
        if (messageId === undefined) return { status: 'not_submitted' };
        return { status: (await chat.remove(messageId)) ? 'withdrawn' : 'already_decided' };
      }),
    },
  });
}

const decisionOf = (approvalId: string, { yes, by }: Answer): Decision => ({
  approvalId,
  status: yes ? 'approved' : 'denied',
  decidedBy: by,
  decidedAt: null,
  note: null,
  edited: false,
});
