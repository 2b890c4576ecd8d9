/** Every parser of the requesting side that faces the outside. A new one is one more entry. */
import type { FuzzTarget } from './target.ts';
import { addresses, origins } from './targets/addresses.ts';
import { answers } from './targets/answers.ts';
import { auditLogs } from './targets/audit-log.ts';
import { canonical } from './targets/canonical-json.ts';
import { configYaml } from './targets/config-yaml.ts';
import { createAnswers } from './targets/create-answers.ts';
import { durations } from './targets/durations.ts';
import { frames } from './targets/frames.ts';
import { journalEntries } from './targets/journal-entries.ts';
import { jsonArguments } from './targets/json-arguments.ts';
import { listPages } from './targets/list-pages.ts';
import { requestInput } from './targets/request-input.ts';
import { retryAfter } from './targets/retry-after.ts';
import { rows } from './targets/rows.ts';
import { settings } from './targets/settings.ts';
import { strictJson } from './targets/strict-json.ts';
import { tokenFiles } from './targets/token-files.ts';

export const TARGETS: readonly FuzzTarget[] = [
  frames(),
  rows,
  listPages,
  answers,
  createAnswers,
  retryAfter,
  addresses,
  origins,
  durations,
  tokenFiles,
  journalEntries,
  jsonArguments,
  strictJson,
  canonical,
  requestInput,
  settings,
  configYaml,
  auditLogs,
];
