/** Watching the machines: observers for `createApprovals({ inspect })`, and the machines as pictures. */
export { toMermaid } from './mermaid.ts';
