/**
 * Human approval for AI agents, as a state machine.
 *
 * @example
 * ```ts
 * await using approvals = createApprovals({ workspaceId: 'billing-agent' });
 * const refund = approvals.requires(
 *   ({ order, cents }: { order: number; cents: number }) => bank.refund(order, cents),
 *   ({ order, cents }) => ({ action: `Refund order ${order}: ${cents / 100} EUR` }),
 * );
 * await refund({ order: 4711, cents: 12_500 }); // throws where nobody said yes
 * ```
 */
export type {
  ApprovalRequest,
  AuditEvent,
  DeadlineClock,
  Denied,
  Failed,
  Granted,
  JsonObject,
  JsonValue,
  Outcome,
  OutcomeStatus,
  Problem,
  ProblemCode,
  TimedOut,
  TimeoutCause,
  Withdrawn,
} from '../machines/index.ts';
export type { ApprovalsEvents, StateEvent } from './approvals/events.ts';
export type { Description, Guarded } from './approvals/guard.ts';
export type { Inspect } from './approvals/inspection.ts';
export type { RequestInput, RequestOptions } from './approvals/request.ts';
export { requestApproval } from './approvals/request-approval.ts';
export type { ResumedApproval } from './approvals/resumption.ts';
export type { Approvals, ApprovalsOptions } from './approvals.ts';
export { createApprovals } from './approvals.ts';
export type {
  AuditLog,
  AuditLogOptions,
  AuditProblem,
  AuditProblemKind,
  AuditRecord,
  AuditReport,
  EndRecord,
  FileAuditLog,
  LogPosition,
  MemoryAuditLog,
} from './audit/index.ts';
export { memoryAuditLog } from './audit/memory-audit-log.ts';
export { openAuditLog, verifyAuditLog } from './audit/on-demand.ts';
export type { FileStats, Files, OpenFile } from './environment/files.ts';
export type { ProcessIdentity, ProcessName } from './environment/process-identity.ts';
export type {
  ConnectOptions,
  Environment,
  LiveSocket,
  RefusedUpgrade,
  SocketData,
} from './environment.ts';
export { systemEnvironment } from './environment.ts';
export type { ErrorCode } from './errors.ts';
export { CountersignError, isCountersignError, NotApprovedError } from './errors.ts';
export type { ToolResult } from './outcome.ts';
export { toToolResult } from './outcome.ts';
export { digestOf } from './protocol/digest.ts';
export type { SettingsOptions, SettingsProblem } from './settings.ts';
export { SettingsError } from './settings.ts';
