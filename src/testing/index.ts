/**
 * For tests of programs that use Countersign: a fake platform, an approver that decides by itself,
 * a check that nothing is left open, and walks along the approval machine. Needs no test runner.
 */
export type { CleanFinishOptions, OpenHandles } from './clean-finish.ts';
export { expectCleanFinish, openHandles } from './clean-finish.ts';
export type { Answer, PlainAnswer } from './fake/answers.ts';
export type { FakeDialect } from './fake/frames.ts';
export type { FakePlatformOptions, FakePlatformQuirks } from './fake/quirks.ts';
export type { LoggedRequest, RequestMatch, RoutePattern } from './fake/request-log.ts';
export { fakeRoutes } from './fake/request-log.ts';
export type { FakeAsk, FakeRow } from './fake/rows.ts';
export type { AnswerHandler } from './fake/script.ts';
export type { FakePlatform } from './fake-platform.ts';
export { createFakePlatform } from './fake-platform.ts';
export type {
  PendingApproval,
  ScriptedApprover,
  ScriptedApproverOptions,
  ScriptedDecision,
} from './scripted-approver.ts';
export { scriptedApprover } from './scripted-approver.ts';
export type { StepName } from './walk/catalogue.ts';
export type { Coverage, Covered } from './walk/coverage.ts';
export type { KnownDivergence } from './walk/known.ts';
export type { MachineSystemOptions } from './walk/machine-system.ts';
export { machineSystem } from './walk/machine-system.ts';
export type { StateName } from './walk/model.ts';
export type { Difference, ObservedApproval } from './walk/observed.ts';
export type { ApprovalPath, PathOptions, PathStep } from './walk/paths.ts';
export { approvalPaths } from './walk/paths.ts';
export type { WalkReport } from './walk/report.ts';
export type { ApprovalSystem, MakeHappen, MakeSystem, Observation } from './walk/system.ts';
export { IMPOSSIBLE } from './walk/system.ts';
export type { TestApprovalsOptions } from './walk/test-approvals.ts';
export { testApprovals } from './walk/test-approvals.ts';
export { WalkError } from './walk/walk-error.ts';
export type { Divergence } from './walk/walker.ts';
