/** Code that is not ours, and whose faults are its own. */

/**
 * Calls it. What it throws, at once or as a promise that rejects, goes to `failed`, which must not
 * throw.
 */
export function callGuarded<Value>(
  call: (value: Value) => unknown,
  value: Value,
  failed: (error: unknown) => void,
): void {
  try {
    const returned = call(value);
    // It may be an async function, whatever its type says, and of another realm.
    if (typeof returned === 'object') Promise.resolve(returned).catch(failed);
  } catch (error) {
    failed(error);
  }
}
