import { CountersignError } from '../errors.ts';
import type { EnvironmentVariables } from './places.ts';

/** One thing that is wrong. */
export interface SettingsProblem {
  /** The environment variable, or the option where it was given in code. */
  readonly variable: string;
  /** Goes on after the name: `must be …`. Never holds a secret. */
  readonly message: string;
}

/** Code `config`: everything that is wrong with the settings, at once. */
export class SettingsError extends CountersignError {
  override readonly name = 'SettingsError';
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    const lines = problems.map(({ variable, message }) => `${variable} ${message}`);
    super('config', `wrong settings: ${lines.join('; ')}`);
    this.problems = problems;
  }
}

/** Where one setting may come from; the first that is there wins. */
export interface Source {
  /** Name of the option in code. */
  readonly option: string;
  /** What was given in code; `undefined` and `null` when nothing was. */
  readonly given: unknown;
  /** EnvironmentVariables variable; none for settings that exist in code alone. */
  readonly variable?: string;
}

export const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** Reads one setting after the other and keeps what is wrong with each. */
export class SettingsReader {
  readonly problems: SettingsProblem[] = [];
  readonly #env: EnvironmentVariables;

  constructor(env: EnvironmentVariables) {
    this.#env = env;
  }

  /** `undefined` where nothing was set, and where it was wrong. A variable that is empty is not set. */
  read<T>({ option, given, variable }: Source, parse: (value: unknown) => T): T | undefined {
    const set = variable === undefined ? undefined : this.#env[variable] || undefined;
    const value = given ?? set;
    if (value === undefined) return undefined;
    try {
      return parse(value);
    } catch (error) {
      const name = isGiven(given) || variable === undefined ? option : variable;
      this.refuse(name, error instanceof Error ? error.message : 'is wrong');
      return undefined;
    }
  }

  refuse(variable: string, message: string): void {
    this.problems.push({ variable, message });
  }

  /** Whether the variable is there and has nothing in it. */
  isBlank(variable: string): boolean {
    return this.#env[variable]?.trim() === '';
  }
}
