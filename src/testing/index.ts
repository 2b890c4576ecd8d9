/**
 * For tests of programs that use Countersign: a fake platform, an approver that decides by itself,
 * and a check that nothing is left open. Needs no test runner.
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
