/** What a value that came over the wire takes in memory: near enough to keep a bound by it. */

/** A value beside its text: the slot that holds it, the head of an object, bytes. */
const NODE = 48;

/** Bytes. The wire bounds how deep the value is. */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return NODE + Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return NODE;
  const isList = Array.isArray(value);
  let bytes = NODE;
  for (const [key, member] of Object.entries(value))
    bytes += (isList ? 0 : key.length) + weightOf(member);
  return bytes;
}
