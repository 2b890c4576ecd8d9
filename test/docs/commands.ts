/** The command lines in the pages. */
import type { Block } from './documents.ts';

/** What ends by itself and needs nobody: these are run, with the plain tools beside them. */
const RUNNABLE =
  /^(?:[A-Z_]+=\S+ )?countersign (?:audit verify|inspect --print|--version)\b|^(?:cat|grep|printf|sed) /;

export const linesIn = ({ code }: Block): string[] =>
  code.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Others (servers, questions to people, installations) are checked by their names alone. */
export const isRunnable = (block: Block): boolean =>
  linesIn(block).every((line) => RUNNABLE.test(line));

/** `request`, `audit verify`: the commands of ours that the block calls. */
export const commandsIn = (block: Block): string[] =>
  linesIn(block).flatMap(
    (line) => /^(?:[A-Z_]+=\S+ )*(?:npx )?countersign ([a-z]+)/.exec(line)?.[1] ?? [],
  );

export const npmScriptsIn = ({ code }: Block): string[] =>
  [...code.matchAll(/npm (?:run )?(?!ci\b|install\b|i\b|exec\b)([a-z]+)/g)].map(
    ([, name = '']) => name,
  );
