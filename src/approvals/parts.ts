/** What a client is made of, put together from its settings and options. */
import { DeadlineQueue } from '../../machines/index.ts';
import type { ApprovalsOptions } from '../approvals.ts';
import type { AuditLog } from '../audit/index.ts';
import { PlatformClient } from '../client/platform-client.ts';
import { createTokenSource } from '../client/token-source.ts';
import { type Environment, systemEnvironment } from '../environment.ts';
import { Journal, journalFolder, Once } from '../journal/index.ts';
import { type ConfigRead, readConfig } from '../rbac/index.ts';
import type { Settings } from '../settings.ts';
import { shareNext } from '../share-next.ts';
import { ApprovalRuns } from './approval-runs.ts';
import { Asking } from './asking.ts';
import type { Listeners } from './events.ts';
import { type Diagnostics, guardedLogger } from './guarded-logger.ts';
import { createInspection, type Inspection } from './inspection.ts';
import { Recorder } from './recorder.ts';
import { contradictionEvent, twinEvent } from './records.ts';
import { Resumption } from './resumption.ts';
import { provideServices } from './services.ts';
import { shareStates } from './state-sharing.ts';

export interface Parts {
  readonly environment: Environment;
  readonly listeners: Listeners;
  readonly recorder: Recorder;
  readonly client: PlatformClient;
  readonly once: Once;
  readonly journal: Journal | undefined;
  readonly runs: ApprovalRuns;
  readonly asking: Asking;
  /** Where there is a journal. */
  readonly resumption: Resumption | undefined;
  readonly readConfig: () => Promise<ConfigRead>;
  readonly inspection: Inspection;
}

/** What the others need before there are all of them. */
interface Basis {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly listeners: Listeners;
  readonly recorder: Recorder;
  readonly deadlines: DeadlineQueue;
  readonly logger: Diagnostics;
  readonly inspection: Inspection;
  readonly readConfig: () => Promise<ConfigRead>;
  readonly onTrouble: (message: string) => void;
}

export function assemble(
  settings: Settings,
  options: ApprovalsOptions,
  listeners: Listeners,
): Parts {
  const { audit: given, environment = systemEnvironment } = options;
  const logger = guardedLogger(options.logger);
  const onTrouble = (message: string): void => {
    logger.warn(message);
    listeners.emit('trouble', { message });
  };
  const onFailure = (): void => runs.withdrawAll('the audit log cannot be written');
  const recorder = new Recorder({ settings, given, environment, listeners, logger, onFailure });
  const deadlines = new DeadlineQueue(environment.clock);
  const inspection = createInspection({
    inspect: options.inspect,
    viewUrl: settings.viewUrl,
    listeners,
    logger,
  });
  const basis = {
    settings,
    environment,
    listeners,
    recorder,
    deadlines,
    logger,
    inspection,
    readConfig: shareNext(() => readConfig(settings.configDir, environment.files)),
    onTrouble,
  };
  const folder = journalFolder(settings);
  const once = new Once({ folder, environment });
  const journal = options.journal === false ? undefined : new Journal({ folder, environment });
  const client = createClient(basis);
  if (settings.shareStates) shareStates(listeners, client);
  const runs = createRuns(basis, { client, once, journal });
  const resumption = createResumption(basis, { client, once, journal, runs });
  return {
    environment,
    listeners,
    recorder,
    client,
    once,
    journal,
    runs,
    asking: new Asking({ ...basis, runs, resumption }),
    resumption,
    readConfig: basis.readConfig,
    inspection,
  };
}

function createRuns(
  { settings, environment, listeners, recorder, deadlines, inspection, onTrouble, ...basis }: Basis,
  { client, once, journal }: Pick<Parts, 'client' | 'once' | 'journal'>,
): ApprovalRuns {
  const machineOf = (audit: AuditLog) =>
    provideServices({
      client,
      audit,
      once,
      journal,
      journalIsOptional: !settings.stateDirIsSet,
      onTrouble,
      deadlines,
      readConfig: basis.readConfig,
      environment,
    });
  return new ApprovalRuns({
    environment,
    deadlines,
    recorder,
    client,
    journal,
    listeners,
    awakeAtMost: settings.awakeAtMost,
    inspection: inspection.options,
    machineOf,
  });
}

function createResumption(
  { settings, environment, recorder, onTrouble }: Basis,
  { journal, ...parts }: Pick<Parts, 'client' | 'once' | 'journal' | 'runs'>,
): Resumption | undefined {
  const { workspaceId, grantTtlMs } = settings;
  const { clock, uuid } = environment;
  if (journal === undefined) return undefined;
  return new Resumption({
    ...parts,
    journal,
    recorder,
    workspaceId,
    grantTtlMs,
    now: clock.now,
    uuid,
    onTrouble,
  });
}

function createClient(basis: Basis): PlatformClient {
  const { settings, environment, recorder, deadlines, logger, onTrouble } = basis;
  const record = (event: Parameters<Recorder['record']>[0]): void => {
    recorder.record(event).catch((error: unknown) => logger.error('a record was lost', error));
  };
  return new PlatformClient({
    baseUrl: settings.platformUrl,
    workspaceId: settings.workspaceId,
    pollIntervalMs: settings.pollIntervalMs,
    live: settings.transport === 'auto',
    origin: settings.origin,
    confirmGrants: settings.confirmGrants,
    tokens: createTokenSource(settings, environment.files),
    environment,
    lookAtDeadlines: () => deadlines.look(),
    onContradiction: (contradiction) => record(contradictionEvent(contradiction)),
    onTwin: (twin) => record(twinEvent(twin)),
    onTrouble,
    ...basis.inspection.options,
  });
}
