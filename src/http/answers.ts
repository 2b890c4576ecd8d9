/** What every answer has in common, refusals included. */
import type { Env, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { addHeaders } from './headers.ts';
import { checkHostAndOrigin } from './hosts.ts';
import { answerOf, Refusal } from './refusal.ts';
import type { Served } from './served.ts';

export interface AnswersOptions {
  readonly served: Pick<Served, 'hosts' | 'origins'>;
  readonly now: () => number;
  /** What is said where something went wrong that nobody foresaw: nothing about the inside. */
  readonly internal: string;
  /** What went wrong, for the log. */
  readonly onInternal: (error: unknown) => void;
}

/** Before any route is added: headers, the check of `Host` and `Origin`, and refusals as JSON. */
export function answerAlways<E extends Env>(
  app: Hono<E>,
  { served, now, internal, onInternal }: AnswersOptions,
): void {
  app.onError((error) => {
    if (error instanceof Refusal) return answerOf(error);
    onInternal(error);
    return answerOf(new Refusal(500, 'internal', internal));
  });
  app.notFound(() => answerOf(new Refusal(404, 'not_found', 'there is nothing at this address')));
  app.use(addHeaders(now));
  app.use(checkHostAndOrigin(served));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (_, methods) => notAllowed(methods) }));
}

function notAllowed(methods: readonly string[]): Response {
  const answer = answerOf(
    new Refusal(405, 'method_not_allowed', `this address takes ${methods.join(', ')}`),
  );
  answer.headers.set('Allow', methods.join(', '));
  return answer;
}
