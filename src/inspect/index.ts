/** Watching the machines: observers for `createApprovals({ inspect })`, and the machines as pictures. */
export { toMermaid } from './mermaid.ts';
export { redact } from './redact.ts';
export type { StatelyInspector, StatelyInspectorOptions } from './stately/stately-inspector.ts';
export { statelyInspector } from './stately/stately-inspector.ts';
export type {
  InspectorObserver,
  OfficialInspector,
  ThroughInspectorOptions,
} from './stately/through-inspector.ts';
export { throughInspector } from './stately/through-inspector.ts';
