/**
 * How long tests wait for what must come: ten seconds at least, instead of the runner's one. A
 * machine that does other work is slow; what never comes fails all the same.
 */
import { vi } from 'vitest';

type Options = Parameters<typeof vi.waitUntil>[1];

const PATIENCE_MS = 10_000;

const patient = (options: Options = {}): Options => {
  const { timeout = 0, ...others } = typeof options === 'number' ? { timeout: options } : options;
  return { ...others, timeout: Math.max(timeout, PATIENCE_MS) };
};

const { waitFor, waitUntil } = vi;
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));
