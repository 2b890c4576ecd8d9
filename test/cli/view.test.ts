import { expect, it } from 'vitest';
import { viewSchema } from '../../src/cli/approver/view.ts';

it('keeps a key of the arguments that is called __proto__ in sight', () => {
  const text = '{"id":"i","workspace_id":"w","args":{"__proto__":{"force":true},"path":"/tmp"}}';
  const view = viewSchema.parse(JSON.parse(text));
  expect(JSON.stringify(view.args)).toBe('{"__proto__":{"force":true},"path":"/tmp"}');
});
