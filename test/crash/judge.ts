/** Compares what was said with what is: rows, audit log, journal. Each finding is one sentence. */
import { isEnd } from '../../src/audit/ends.ts';
import { entryName } from '../../src/journal/entry.ts';
import { endOf } from '../../src/protocol/rows.ts';
import type { AuditLine, Evidence } from './evidence.ts';
import type { Said } from './plan.ts';
import type { Row } from './platform.ts';

type Told = Extract<Said, { type: 'outcome' }>;

/** A decision must be there this long before the deadline to be surely seen; milliseconds. */
const SURELY_SEEN_MS = 4_000;

export function judge(evidence: Evidence): string[] {
  return [
    ...judgeLives(evidence),
    ...judgeAudit(evidence),
    ...judgeRows(evidence),
    ...toldOf(evidence).flatMap((told) => judgeTold(evidence, told)),
    ...judgeWork(evidence),
    ...judgeHandedOver(evidence),
    ...judgeUntold(evidence),
    ...evidence.left
      .filter((path) => !isSweptLater(path) && !isOwed(evidence, path))
      .map((path) => `the journal still holds ${path}`),
  ];
}

/** The next one that looks removes the folders of owners that hold no entry. */
const isSweptLater = (path: string): boolean => /owner\.json$|\.new$/.test(path);

/** The next process looks for what may still arrive, and pays for it. */
const isOwed = ({ lives, audit }: Evidence, path: string): boolean =>
  lives
    .at(-1)
    ?.said.some((each) => each.type === 'trouble' && each.message.includes('may still arrive')) ===
    true &&
  audit
    .filter(isEnd)
    .some(({ trace_id, resource }) =>
      keysOf(trace_id, resource).some((key) => path.includes(entryName(key).slice(0, 64))),
    );

const keysOf = (traceId: string, action: string): string[] => [traceId, `key of ${action}`];

function judgeLives({ lives }: Evidence): string[] {
  return lives.flatMap(({ name, wasKilled, status, noise, said }) => [
    ...(wasKilled || status === 0 ? [] : [`${name} ended with status ${status}`]),
    ...(noise === '' ? [] : [`${name} wrote: ${noise.slice(0, 500)}`]),
    ...said.flatMap((each) =>
      each.type === 'refused' && each.code !== 'already_used'
        ? [`${name}: ${each.action} was refused with ${each.code}: ${each.why}`]
        : [],
    ),
  ]);
}

function judgeAudit(evidence: Evidence): string[] {
  const { report, audit, journalled } = evidence;
  const found: string[] = [];
  const isWhole = report.status === 'intact' && report.torn === undefined;
  if (!isWhole) found.push(`the audit log is not whole: ${JSON.stringify(report)}`);
  const mustEnd = new Map(
    journalled.map(({ traceId, action }) => [traceId, `${action} was journalled`]),
  );
  for (const { trace_id, outcome, resource } of audit)
    if (outcome === 'requested') mustEnd.set(trace_id, `${resource} was requested`);
  for (const { traceId, action } of toldOf(evidence)) mustEnd.set(traceId, `${action} was told`);
  for (const [traceId, what] of mustEnd) found.push(...judgeTrace(what, tracesOf(audit, traceId)));
  for (const traceId of new Set(audit.map(({ trace_id }) => trace_id)))
    if (tracesOf(audit, traceId).filter(isEnd).length > 1 && !mustEnd.has(traceId))
      found.push(`G3: ${traceId} has ended more than once`);
  return found;
}

function judgeTrace(what: string, lines: readonly AuditLine[]): string[] {
  const found: string[] = [];
  const ends = lines.filter(isEnd);
  const left = lines.filter(({ outcome }) => outcome === 'left');
  const trace_id = lines[0]?.trace_id ?? '';
  if (ends.length + left.length === 0) found.push(`G7: ${what} and has no end (${trace_id})`);
  if (ends.length > 1)
    found.push(
      `G3: ${what} and has ended more than once: ${ends.map(({ outcome }) => outcome).join(', ')} (${trace_id})`,
    );
  const ids = new Set(lines.flatMap(({ approval_id }) => approval_id ?? []));
  if (ids.size > 1)
    found.push(`G7: ${what} and went on in another row: ${[...ids].join(', ')} (${trace_id})`);
  return found;
}

function judgeRows({ rows, audit, story }: Evidence): string[] {
  const ended = new Set(audit.filter(isEnd).map(({ trace_id }) => trace_id));
  const endedActions = new Set(audit.filter(isEnd).map(({ resource }) => resource));
  const byKey = Map.groupBy(rows, ({ task_id }) => task_id);
  const keyed = new Set(story.questions.map(({ key }) => key));
  return [
    ...rows
      .filter(({ status }) => status === 'pending')
      .map(({ action, id }) => `G6: ${action}: the row ${id} still waits for a person`),
    ...rows
      .filter(
        ({ task_id, action }) =>
          !(keyed.has(task_id) ? endedActions.has(action) : ended.has(task_id)),
      )
      .map(({ action, id }) => `G7: ${action}: the row ${id} has no end in the audit log`),
    ...[...byKey.values()]
      .filter(
        (twins) => twins.filter((row) => !isTakenBack(row)).length > Math.max(1, lateRows(story)),
      )
      .map(
        (twins) =>
          `G5: ${twins[0]?.action} has ${twins.length} rows: ${twins.map(shown).join('; ')}`,
      ),
  ];
}

/** Rows of those who were killed while their create was on its way: the person may be quicker. */
const lateRows = ({ lateCreateMs, lives }: Evidence['story']): number =>
  lateCreateMs === 0 ? 0 : lives.filter(({ kill }) => kill.on?.at === LATE).length;
const LATE = 'platform.before_create';

const shown = ({ id, status, decided_by }: Row): string => `${id} ${status} by ${decided_by}`;
const isTakenBack = (row: Row): boolean => endOfRow(row) === 'withdrawn';
const endOfRow = ({ status, decided_by }: Row) => endOf({ status, decidedBy: decided_by });

const toldOf = ({ lives }: Evidence): Told[] =>
  lives.flatMap(({ said }) => said.filter((each) => each.type === 'outcome'));

const tracesOf = (audit: readonly AuditLine[], traceId: string): AuditLine[] =>
  audit.filter(({ trace_id }) => trace_id === traceId);

function judgeTold(evidence: Evidence, told: Told): string[] {
  const { action, status, traceId, error } = told;
  const what = `${action} (${traceId}) was told "${status}"`;
  const lines = tracesOf(evidence.audit, traceId);
  // Who shares an approval by its key may have an end of its own.
  if (lines.some(({ outcome, status: left }) => outcome === 'left' && left === status)) return [];
  const end = lines.find(isEnd);
  if (end === undefined) return [`G8: ${what}, and there is no record of it`];
  if (status === 'failed') {
    const wasDropped = lines.some(({ outcome }) => outcome === 'grant_dropped');
    return wasDropped || wasUsedBefore(told) ? [] : [`${what}: ${error?.code}: ${error?.message}`];
  }
  return [
    ...(end.outcome === status ? [] : [`G3: ${what}, and the audit log says "${end.outcome}"`]),
    ...judgeByRow(evidence, told, end).map((finding) => `${what}, and ${finding}`),
  ];
}

/** One asks with a key whose grant was used, dies before it is told so, and the next one is told. */
const wasUsedBefore = ({ error }: Told): boolean =>
  error?.code === 'conflict' && error.message === 'its grant was used before the process ended';

function judgeByRow(evidence: Evidence, told: Told, end: AuditLine): string[] {
  const { rows, decided } = evidence;
  const { status, approvalId, traceId, cause } = told;
  const row = rows.find(({ id }) => id === approvalId);
  const said = decided.find((each) => each.row.id === approvalId)?.decision;
  const key = evidence.story.questions.find(({ action }) => action === told.action)?.key ?? traceId;
  if (row !== undefined && (row.action !== told.action || row.task_id !== key))
    return [`G2: the row ${row.id} is that of another`];
  switch (status) {
    case 'granted':
      return row?.status === 'approved' && said === 'approved'
        ? []
        : [`G2: the row is ${row === undefined ? 'not there' : shown(row)}`];
    case 'denied':
      return row !== undefined && endOfRow(row) === 'denied' && said === 'denied'
        ? []
        : [`D7: the row is ${row === undefined ? 'not there' : shown(row)}`];
    case 'timeout':
      return said === undefined || cause === 'decided_late'
        ? judgeLate(evidence, told)
        : [`G1: the person said ${said} (cause ${cause})`];
    case 'withdrawn':
      return said === undefined || end.withdrawal === 'already_decided'
        ? []
        : [`the person said ${said} (withdrawal ${end.withdrawal})`];
    case 'failed':
      return [];
  }
}

/** G1: who lived before the deadline, and after the decision, must have seen it. */
function judgeLate(evidence: Evidence, { approvalId, action, traceId }: Told): string[] {
  const { decided, story, lives, audit } = evidence;
  const decision = decided.find((each) => each.row.id === approvalId);
  const question = story.questions.find((each) => each.action === action);
  const [first] = tracesOf(audit, traceId);
  // Where the channel is up and loses frames, a read comes every 30 s.
  const isBlind = story.dropFrames && story.useWebSocket;
  if (decision === undefined || question === undefined || first === undefined || isBlind) return [];
  const deadline = Date.parse(first.timestamp) + question.timeoutMs;
  const teller = lives.findLast(({ startedAt }) => startedAt <= deadline);
  const seenFor = deadline - Math.max(decision.at, teller?.startedAt ?? deadline);
  return seenFor > SURELY_SEEN_MS
    ? [`G1: the person said ${decision.decision} ${seenFor} ms before, and the asker lived`]
    : [];
}

/** G1: an end of which nobody hears is a decision that was lost. What was granted to run may be. */
function judgeUntold(evidence: Evidence): string[] {
  const told = new Set(toldOf(evidence).map(({ traceId }) => traceId));
  const guarded = new Set(
    evidence.story.questions.filter(({ isGuarded }) => isGuarded).map(({ action }) => action),
  );
  return (
    evidence.audit
      .filter(isEnd)
      .filter(({ trace_id }) => !told.has(trace_id))
      .filter(({ resource, outcome }) => !(outcome === 'granted' && guarded.has(resource)))
      // Nobody was asked yet, and the asker, who gave up, was killed: there is nothing to tell.
      .filter(({ withdrawal }) => withdrawal !== 'not_submitted')
      .map(
        ({ resource, outcome, trace_id }) =>
          `G1: nobody was told that ${resource} is ${outcome} (${trace_id})`,
      )
  );
}

/** Who was told and ended by itself has acted: the next process must not be told to act again. */
function judgeHandedOver({ lives }: Evidence): string[] {
  const grants = new Set<string>();
  return lives.flatMap(({ name, said, wasKilled }) => {
    const told = said.filter((each) => each.type === 'outcome').filter(isGrant);
    const again = told.filter(({ traceId, isResumed }) => isResumed && grants.has(traceId));
    if (!wasKilled) for (const { traceId } of told) grants.add(traceId);
    return again.map(({ action }) => `${name}: the grant of ${action} was handed over before`);
  });
}

const isGrant = ({ status }: Told): boolean => status === 'granted';

function judgeWork({ work, story, lives }: Evidence): string[] {
  return story.questions.flatMap(({ action }) => {
    const begun = work.filter((line) => line === `begins ${action}`).length;
    const ended = work.filter((line) => line === `ends ${action}`).length;
    const ran = lives.flatMap(({ said }) =>
      said.filter((each) => each.type === 'ran' && each.action === action),
    );
    return [
      ...(begun > 1 ? [`${action} ran ${begun} times`] : []),
      ...(ran.length > ended ? [`${action} is said to have run, and did not`] : []),
    ];
  });
}
