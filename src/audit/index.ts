/** The audit log: written, kept in memory, verified. */

export type { AuditLog, AuditLogOptions, EndRecord } from './audit-log.ts';
export { FileAuditLog, openAuditLog } from './audit-log.ts';
export type { AuditProblem, AuditProblemKind } from './chain-order.ts';
export type { LogPosition } from './chained-file.ts';
export type { MemoryAuditLog } from './memory-audit-log.ts';
export { memoryAuditLog } from './memory-audit-log.ts';
export type { AuditRecord } from './record.ts';
export { segmentPath } from './segments.ts';
export type { AuditReport } from './verify.ts';
export { verifyAuditLog } from './verify.ts';
