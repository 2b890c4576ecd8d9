import { type ViewMessage, viewMessageSchema } from '../wire.ts';

/** What the view says, or `undefined` for what this page cannot make sense of. */
export function readMessage(data: unknown): ViewMessage | undefined {
  if (typeof data !== 'string') return undefined;
  const parsed = viewMessageSchema.safeParse(parse(data));
  return parsed.success ? parsed.data : undefined;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
