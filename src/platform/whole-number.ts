import { Refusal } from '../http/refusal.ts';

/**
 * A whole number from the query string.
 * @returns `undefined` where it is absent
 * @throws Refusal 400, naming the parameter
 */
export function wholeNumber(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new Refusal(400, 'invalid_request', `${name} must be a whole number, 0 or more`);
}
