/** A story in lines, for whoever has to find out what happened. */
import type { Told } from './tell-story.ts';

export function chronicle({ evidence, violations }: Told): string[] {
  const { story, lives, rows, audit, decided, work, report } = evidence;
  const { questions, answers, lives: planned, ...rest } = story;
  const begin = lives[0]?.startedAt ?? 0;
  const after = (at: number): string => `+${at - begin} ms`;
  return [
    `story ${story.seed}: ${JSON.stringify(rest)}`,
    ...questions.map(
      (question) =>
        `  asked: ${JSON.stringify(question)}; the person: ${JSON.stringify(answers.get(question.action))}`,
    ),
    ...planned.map((life, n) => `  planned: life-${n + 1} ${JSON.stringify(life)}`),
    ...lives.flatMap(({ name, startedAt, wasKilled, status, said, noise }) => [
      `  ${name} begins ${after(startedAt)}, ${wasKilled ? 'is killed' : `ends with ${status}`}`,
      ...said.map((each) => `    ${JSON.stringify(each)}`),
      ...(noise === '' ? [] : [`    ${noise}`]),
    ]),
    ...decided.map(({ row, decision, at }) => `  the person: ${decision} ${row.id} ${after(at)}`),
    ...rows.map((row) => `  row: ${JSON.stringify(row)}`),
    ...audit.map(({ timestamp, outcome, resource, trace_id, approval_id, cause, withdrawal }) =>
      [
        `  audit: ${after(Date.parse(timestamp))}`,
        outcome,
        resource,
        trace_id,
        approval_id,
        cause,
        withdrawal,
      ].join(' '),
    ),
    `  audit: ${JSON.stringify(report)}`,
    ...work.map((line) => `  work: ${line}`),
    ...violations.map((violation) => `  VIOLATION ${violation}`),
  ];
}
