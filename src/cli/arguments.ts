import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf } from '../errors.ts';
import { UsageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * The options and the other words of a command.
 * @throws UsageError for an unknown option, a value that is missing, and an option given twice
 */
export function readArguments<const O extends Options>(args: string[], options: O) {
  const parsed = parsedArguments(args, options);
  const seen = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    // The last one would win in silence.
    if (seen.has(token.name)) throw new UsageError(`--${token.name} is given twice`);
    seen.add(token.name);
  }
  return { values: parsed.values, positionals: parsed.positionals };
}

function parsedArguments<const O extends Options>(args: string[], options: O) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    throw new UsageError(messageOf(error).replace(/\. To specify a positional argument.*$/, ''));
  }
}

/**
 * The one word that a command takes.
 * @throws UsageError where there is none, or more: a text of several words must be quoted
 */
export function onlyWord(words: readonly string[], name: string): string {
  const [word, ...more] = words;
  if (word === undefined) throw new UsageError(`${name} is missing`);
  if (more.length > 0)
    throw new UsageError(`one ${name}, not ${words.length}; put it in quotes where it has spaces`);
  return word;
}
