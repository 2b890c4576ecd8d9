import { readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  const file = new URL(import.meta.resolve('countersign/package.json'));
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  // By hand: loading a schema library takes longer than everything else here.
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest))
    throw new TypeError(`${file.pathname} names no version`);
  return String(manifest.version);
}
