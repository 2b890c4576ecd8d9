import * as fc from 'fast-check';
import { parseDurationMs } from '../../../../src/protocol/duration.ts';
import { type ConfigRead, readConfig } from '../../../../src/rbac/index.ts';
import { type Fields, fieldsOf } from '../decision-rules.ts';
import { jsonTexts, type Vocabulary } from '../json-document.ts';
import { readJsonText } from '../json-reader.ts';
import { filesWith } from '../memory-files.ts';
import { demand, returned, target } from '../target.ts';
import { bytes, garbage, longRun, spoiled } from '../text.ts';

const FILE = '/configs/config.yaml';
const SECRET = 's3cret7f3a9c21d4e8b650';

const FULL = {
  rbac: { roles: ['operator', 'analyst'], allowed_actions: { analyst: ['memory.read'] } },
  hitl: { default_timeout: '5m', bypass_roles: ['admin'] },
  other: { token: SECRET },
};

const BASES = [FULL, { rbac: FULL.rbac }, { hitl: { default_timeout: 300 } }, { other: [1] }, {}];

const WORDS: Vocabulary = {
  keys: ['rbac', 'roles', 'allowed_actions', 'hitl', 'default_timeout', 'bypass_roles', '<<'],
  values: ['admin', 'operator', '5m', '0', '<<', '!!js', '&a', '*a'],
};

const LINES = [
  ['rbac:', '  roles: [operator]', '  roles: [', '  roles: *a', '  roles: !!set {operator}'],
  ['  allowed_actions:', '    analyst: [memory.read]', '    __proto__: [approve]', '  <<: *a'],
  ['hitl:', '  default_timeout: 5m', '  bypass_roles: []', '  bypass_roles: &a [x]', '---'],
  ['%YAML 1.1', '%YAML 1.3', '%TAG ! tag:x,2000:', 'rbac: 2020-01-01', 'rbac: !!binary ""'],
  [`token: ${SECRET}`, `token: "${SECRET}\\q"`, `token: *${SECRET}`, `token: !${SECRET} x`],
  ['? [a]', ': b', '- x', '\t- x', '# rest', '"', '{', '|', '>-', 'a: &b {c: *b}', 'x: ~', '!!'],
].flat();

const yaml = fc.array(fc.constantFrom(...LINES), { maxLength: 7 }).map((lines) => lines.join('\n'));

/** Of the largest file with which this is tried: the reader takes microseconds for a character. */
const MOST = 1024;

const contents: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 80, arbitrary: jsonTexts(BASES, WORDS, MOST).map((text) => Buffer.from(text)) },
  { weight: 80, arbitrary: spoiled(yaml).map((text) => Buffer.from(text)) },
  { weight: 20, arbitrary: garbage.map((text) => Buffer.from(text)) },
  { weight: 10, arbitrary: bytes },
  { weight: 1, arbitrary: longRun(MOST).map((run) => Buffer.from(`rbac: ${run}`)) },
);

const isNames = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) &&
    value.length <= 1_000 &&
    value.every((name) => typeof name === 'string' && name.length >= 1 && name.length <= 256));

const isTime = (value: unknown): boolean =>
  value === undefined ||
  ((typeof value === 'string' || typeof value === 'number') &&
    parseDurationMs(value) !== undefined);

/** A section that is ours: a mapping with these keys alone. */
function isSection(
  value: unknown,
  checks: Readonly<Record<string, (v: unknown) => boolean>>,
): boolean {
  if (value === undefined) return true;
  const fields = fieldsOf(value);
  return (
    fields !== undefined &&
    [...fields].every(
      ([key, member]) => Object.hasOwn(checks, key) && checks[key]?.(member) === true,
    )
  );
}

function isActions(value: unknown): boolean {
  if (value === undefined) return true;
  const fields = fieldsOf(value);
  return fields !== undefined && [...fields].every(([role, of]) => isNames([role]) && isNames(of));
}

const isRight = (fields: Fields): boolean =>
  isSection(fields.get('rbac'), { roles: isNames, allowed_actions: isActions }) &&
  isSection(fields.get('hitl'), { default_timeout: isTime, bypass_roles: isNames });

/** For `yaml` a carriage return alone is text; for YAML it ends a line, and for JSON it is space. */
const LONE_RETURN = /\r(?!\n)/;

/** JSON is YAML too: then it is known whether the file is right. */
function verdictOf(content: Buffer): boolean | undefined {
  const text = content.toString('utf8');
  if (LONE_RETURN.test(text)) return undefined;
  const reading = readJsonText(text, 60);
  const fields = reading.is === 'read' && !reading.huge ? fieldsOf(reading.value) : undefined;
  return fields === undefined ? undefined : isRight(fields);
}

/** Never throws, never takes what is wrong, names the place, and shows no other program's secret. */
export const configYaml = target<Buffer, ConfigRead>({
  name: 'config.yaml',
  inputs: contents,
  parse: (content) => readConfig('/configs', filesWith(content)),
  judge: (content, attempt) => {
    const read = returned(attempt);
    const expected = verdictOf(content);
    if (read.status === 'ok') {
      demand(expected !== false, 'took what is wrong');
      demand(isNames(read.config.roles) && isNames(read.config.bypassRoles), 'took no names');
      return 'accepted';
    }
    const { code, message } = read.problem;
    demand(expected !== true, `refused: ${message}`);
    demand(code === 'config' && message.startsWith(FILE), 'does not name the file');
    demand(!message.includes(SECRET), `shows a secret: ${message}`);
    demand(!/[\p{Cc}\p{Cf}]/u.test(message), 'the message holds what a terminal acts on');
    return 'rejected';
  },
});
