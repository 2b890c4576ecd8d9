import * as fc from 'fast-check';
import { parseDurationMs } from '../../../../src/protocol/duration.ts';
import {
  readSettings,
  type Settings,
  SettingsError,
  type SettingsOptions,
} from '../../../../src/settings.ts';
import { built, type Recipe, recipes } from '../hostile-values.ts';
import { demand, target } from '../target.ts';
import { garbage, spoiled } from '../text.ts';

interface Setting {
  readonly option?: string;
  readonly variable?: string;
  readonly usual: readonly unknown[];
  /** Said a second time, of text without white space at its ends where the setting trims it. */
  readonly isRight: (value: unknown) => boolean;
}

const SECRET = 's3cret-7f3a9c21d4e8b650';

const trimmed = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.trim() : undefined;

const isTime =
  (mostMs: number) =>
  (value: unknown): boolean => {
    const ms =
      typeof value === 'string' || typeof value === 'number' ? parseDurationMs(value) : undefined;
    return ms !== undefined && ms <= mostMs;
  };

const isFlag = (value: unknown): boolean =>
  typeof value === 'boolean' ||
  ['true', 'false', '1', '0'].includes(trimmed(value)?.toLowerCase() ?? '');

function isAddress(value: unknown): boolean {
  const text = trimmed(value) ?? '';
  if (!/^https?:\/\/[^/]/i.test(text) || /[\s\\?#\p{Cc}]/u.test(text)) return false;
  return !text.split('/')[2]?.includes('@') && URL.canParse(text);
}

function isOrigin(value: unknown): boolean {
  const text = trimmed(value) ?? '';
  if (!/^https?:\/\//i.test(text) || /[\s?#]/.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && `${url.origin}/` === url.href;
}

/** An observer is no address; empty text is none. */
function isNoWrongView(value: unknown): boolean {
  if (value === '' || typeof value === 'object' || typeof value === 'function') return true;
  const text = trimmed(value) ?? '';
  const url = /^http:/i.test(text) ? URL.parse(text) : null;
  const isHere = /^(localhost|127\.0\.0\.1)$/.test(url?.hostname ?? '');
  const hasPort = url?.port !== '0';
  return isHere && hasPort && isAddress(text) && `${url?.origin}/` === url?.href;
}

const isWorkspace = (value: unknown): boolean =>
  /^[ -~]{1,256}$/.test(trimmed(value) ?? '') && !['.', '..'].includes(trimmed(value) ?? '');

const isToken = (value: unknown): boolean => /^[!-~]{0,8192}$/.test(trimmed(value) ?? ' ');

const isPath = (value: unknown): boolean =>
  (trimmed(value) ?? '') !== '' && trimmed(value)?.includes('\0') === false;

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value < 2 ** 53;

const isLimit = (value: unknown): boolean =>
  isCount(value) || value === 0 || value === Number.POSITIVE_INFINITY;

const TIMES = ['5m', '0.5', 300, 'soon', '-1', 0];
const PATHS = ['/state', 'relative', ' /a ', '/\0', '\t'];
const FLAGS = ['true', 'False', '1', 'no', true, false];

const SETTINGS: readonly Setting[] = [
  {
    option: 'platformUrl',
    variable: 'PLATFORM_URL',
    usual: ['http://a.example/base/', 'ws://a', 'http://u@a'],
    isRight: isAddress,
  },
  {
    option: 'workspaceId',
    variable: 'WORKSPACE_ID',
    usual: ['ws-1', ' ws 1 ', '..', 'ä'],
    isRight: isWorkspace,
  },
  {
    option: 'timeout',
    variable: 'APPROVAL_TIMEOUT',
    usual: TIMES,
    isRight: isTime(Number.POSITIVE_INFINITY),
  },
  {
    option: 'pollInterval',
    variable: 'APPROVAL_POLL_INTERVAL',
    usual: [...TIMES, '2d'],
    isRight: isTime(86_400_000),
  },
  { option: 'useWebSocket', variable: 'APPROVAL_USE_WEBSOCKET', usual: FLAGS, isRight: isFlag },
  {
    option: 'origin',
    variable: 'APPROVAL_ORIGIN',
    usual: ['https://a.example', 'https://a/b', 'null'],
    isRight: isOrigin,
  },
  {
    option: 'token',
    variable: 'APPROVAL_TOKEN',
    usual: [SECRET, `${SECRET}\n`, `two ${SECRET}`, `${SECRET}é`],
    isRight: isToken,
  },
  { option: 'configDir', variable: 'WORKSPACE_CONFIG_PATH', usual: PATHS, isRight: isPath },
  { option: 'auditLogPath', variable: 'AUDIT_LOG_PATH', usual: PATHS, isRight: isPath },
  { option: 'stateDir', variable: 'COUNTERSIGN_STATE_DIR', usual: PATHS, isRight: isPath },
  { variable: 'CONFIGS_DIR', usual: PATHS, isRight: isPath },
  {
    option: 'auditHmacKey',
    variable: 'AUDIT_HMAC_KEY',
    usual: [SECRET, ' '],
    isRight: (value) => typeof value === 'string',
  },
  { option: 'grantTtl', usual: [...TIMES, '2d'], isRight: isTime(Number.POSITIVE_INFINITY) },
  { option: 'confirmGrants', usual: FLAGS, isRight: isFlag },
  {
    option: 'shareStates',
    variable: 'COUNTERSIGN_SHARE_STATES',
    usual: FLAGS,
    isRight: isFlag,
  },
  {
    option: 'inspect',
    variable: 'COUNTERSIGN_INSPECT',
    usual: ['http://127.0.0.1:7357', 'http://[::1]/', 'http://a.example', 'http://localhost/?'],
    isRight: isNoWrongView,
  },
  { option: 'maxConcurrent', usual: [1, 10_000, 0, -1, 1.5, '10'], isRight: isCount },
  { option: 'awakeAtMost', usual: [0, 1_000, Infinity, -1, 1.5, '10'], isRight: isLimit },
];

interface Given {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, Recipe>>;
}

const plain = (value: unknown): Recipe => ({ make: 'plain', value });

/** Variables are texts; options are anything. */
const envOf = ({ usual }: Setting): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: spoiled(fc.constantFrom(...usual.map(String))) },
    { weight: 1, arbitrary: garbage },
    { weight: 1, arbitrary: fc.constant('') },
  );

const optionOf = ({ usual }: Setting): fc.Arbitrary<Recipe> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...usual).map(plain) },
    { weight: 1, arbitrary: recipes },
    { weight: 1, arbitrary: garbage.map(plain) },
  );

/** Few of them at once: of twenty settings one would always be wrong. */
const inputs: fc.Arbitrary<Given> = fc
  .array(
    fc.nat(SETTINGS.length - 1).chain((index) => {
      const setting = SETTINGS[index] ?? { usual: [''], isRight: () => true };
      return fc.record({
        setting: fc.constant(setting),
        env: envOf(setting),
        option: optionOf(setting),
        where: fc.nat(2),
      });
    }),
    { maxLength: 4 },
  )
  .map((given) => ({
    env: Object.fromEntries([
      ['HOME', '/home/me'],
      ['WORKSPACE_ID', 'ws-1'],
      ...given.flatMap(({ setting: { variable }, env, where }) =>
        variable === undefined || where === 0 ? [] : [[variable, env]],
      ),
    ]),
    options: Object.fromEntries(
      given.flatMap(({ setting: { option }, option: recipe, where }) =>
        option === undefined || where === 1 ? [] : [[option, recipe]],
      ),
    ),
  }));

const optionsOf = ({ options }: Given): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, recipe]) => [name, built(recipe)]));

/** The names of all that is wrong. */
function wrongIn(given: Given): string[] {
  const options = optionsOf(given);
  return SETTINGS.flatMap((setting) => wrongWith(setting, options, given.env));
}

function wrongWith(
  { option = '', variable = '', isRight }: Setting,
  options: Readonly<Record<string, unknown>>,
  env: Given['env'],
): string[] {
  const said = options[option] ?? undefined;
  if (said !== undefined) return isRight(said) ? [] : [option];
  const set = env[variable];
  if (variable === 'PLATFORM_URL' && set?.trim() === '') return ['PLATFORM_URL'];
  if (variable === 'WORKSPACE_ID' && !set) return ['WORKSPACE_ID'];
  return !set || isRight(set) ? [] : [variable];
}

/** A setting is named by its option or by its variable: which of them is not what this is about. */
const named = (names: readonly string[]): string =>
  names
    .map((name) => SETTINGS.find(({ option }) => option === name)?.variable ?? name)
    .sort()
    .join();

/** Everything that is wrong is named at once, nothing else is, and no secret is in the message. */
export const settings = target<Given, Settings>({
  name: 'settings',
  inputs,
  parse: (given) =>
    readSettings(
      Object.assign<SettingsOptions, object>({}, optionsOf(given)),
      given.env,
      () => false,
    ),
  judge: (given, attempt) => {
    const wrong = wrongIn(given);
    if (!attempt.threw) {
      demand(wrong.length === 0, `took ${named(wrong)}`);
      demand(attempt.value.timeoutMs >= 1 && attempt.value.workspaceId !== '', 'took nonsense');
      return 'accepted';
    }
    const { error } = attempt;
    demand(error instanceof SettingsError, 'threw another error than SettingsError');
    const found = error.problems.map(({ variable }) => variable);
    demand(named(found) === named(wrong), `named ${named(found)} in place of ${named(wrong)}`);
    demand(!/s3cret|7f3a9c21/i.test(error.message), 'a secret is in the message');
    return 'rejected';
  },
});
