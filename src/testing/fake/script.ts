/** Scripted answers: which requests get something else than the platform's own. */
import type { Answer } from './answers.ts';
import { type LoggedRequest, matcherOf, type RequestMatch } from './request-log.ts';

/** Makes the answer to one request; `undefined` leaves it to the rules before, then to the platform. */
export type AnswerHandler = (
  request: LoggedRequest,
) => Answer | undefined | Promise<Answer | undefined>;

interface Rule {
  readonly matches: (request: LoggedRequest) => boolean;
  readonly answer: AnswerHandler;
}

export class Script {
  readonly #rules = new Set<Rule>();

  /** The newest rule is asked first. @returns what takes the rule back */
  add(match: RequestMatch, answers: Answer | readonly Answer[] | AnswerHandler): () => void {
    const rule: Rule = { matches: matcherOf(match), answer: handlerOf(answers) };
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  async answerTo(request: LoggedRequest): Promise<Answer | undefined> {
    for (const rule of [...this.#rules].toReversed()) {
      const answer = rule.matches(request) ? await rule.answer(request) : undefined;
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}

function handlerOf(answers: Answer | readonly Answer[] | AnswerHandler): AnswerHandler {
  if (typeof answers === 'function') return answers;
  if (!isList(answers)) return () => answers;
  const left = [...answers];
  return () => left.shift();
}

/** `Array.isArray` does not narrow a readonly list. */
const isList = (answers: Answer | readonly Answer[]): answers is readonly Answer[] =>
  Array.isArray(answers);
