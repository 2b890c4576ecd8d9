/** From the words on the command line to an exit status. */
import { CountersignError } from '../errors.ts';
import { commands, suggestionFor } from './commands.ts';
import { EXIT, isWrongCall } from './exit-status.ts';
import { print, say, tolerateClosedPipes } from './output.ts';
import { describeProblem } from './problems.ts';
import { commandUsage, overview } from './usage.ts';
import { UsageError } from './usage-error.ts';

/** Runs one command and sets the exit status of the process. Never rejects. */
export async function main(argv: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  const name = commandIn(argv);
  // Node's own status for a crash is 1, which here would mean "denied" or "tampered".
  process.on('uncaughtException', (error) => process.exit(failed(error, name)));
  try {
    process.exitCode = await dispatch(argv, name);
  } catch (error) {
    process.exitCode = failed(error, name);
  }
}

async function dispatch(argv: readonly string[], name: string | undefined): Promise<number> {
  if (name === undefined) return withoutCommand(argv);
  const rest = argv.slice(name.split(' ').length);
  if (asksForHelp(rest)) {
    print(commandUsage(name));
    return ANSWERING.has(name) ? EXIT.usage : EXIT.ok;
  }
  const command = await commands.get(name)?.load();
  if (command === undefined) throw new UsageError(`there is no command "${name}"`);
  return command.run(rest);
}

/** `audit verify` is one command of two words. */
function commandIn(argv: readonly string[]): string | undefined {
  const [first = '', second = ''] = argv;
  return [first, `${first} ${second}`].find((name) => commands.has(name));
}

/**
 * Help is asked for by one word alone. Anywhere else `--help` may be the value of an option, written
 * by a model: `countersign request X --reason "$REASON" && run`.
 */
const asksForHelp = (args: readonly string[]): boolean =>
  args.length === 1 && (args[0] === '--help' || args[0] === '-h');

/** Commands whose status 0 is an answer (granted, intact, decided), so that no help may end with it. */
const ANSWERING: ReadonlySet<string> = new Set(['request', 'decide', 'audit verify']);

async function withoutCommand(argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (first === undefined) {
    say(overview());
    return EXIT.usage;
  }
  if (first === '--version') {
    const { packageVersion } = await import('./package-version.ts');
    print(packageVersion());
  } else if (asksForHelp([first]) || (first === 'audit' && asksForHelp(argv.slice(1))))
    print(overview());
  else throw new UsageError(unknown(argv, first));
  return EXIT.ok;
}

function unknown(argv: readonly string[], first: string): string {
  const said = first === 'audit' ? argv.slice(0, 2).join(' ') : first;
  const nearest = suggestionFor(said);
  const kind = first.startsWith('-') ? 'option' : 'command';
  const hint = nearest === undefined ? '' : `; did you mean "countersign ${nearest}"?`;
  return `there is no ${kind} ${JSON.stringify(said)}${hint}`;
}

function failed(error: unknown, name: string | undefined): number {
  for (const line of describeProblem(error)) say(line);
  if (error instanceof UsageError)
    say(`See: countersign ${name === undefined ? '' : `${name} `}--help`);
  return statusOf(error, name);
}

function statusOf(error: unknown, name: string | undefined): number {
  if (error instanceof UsageError || name === undefined) return EXIT.usage;
  if (error instanceof CountersignError && isWrongCall(error.code)) return EXIT.usage;
  return commands.get(name)?.unexpected ?? EXIT.usage;
}
