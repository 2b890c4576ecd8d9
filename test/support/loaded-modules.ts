/**
 * For `node --import`: at the end of the process, one line on standard error says what was loaded.
 * `ours` are the packages and Node's own modules that the files of this package import, `all` also
 * those that other packages import.
 */
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/;
const ours = new Set<string>();
const all = new Set<string>();

/** The name of a package, or `node:…`; `undefined` for files of this package. */
function nameOf(url: string): string | undefined {
  if (url.startsWith('node:')) return url;
  const name = PACKAGE.exec(url)?.[1];
  return name === 'countersign' ? undefined : name;
}

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const name = nameOf(resolved.url);
    if (name === undefined) return resolved;
    all.add(name);
    const parent = context.parentURL ?? '';
    if (parent.startsWith('file:') && nameOf(parent) === undefined) ours.add(name);
    return resolved;
  },
});

const sorted = (names: ReadonlySet<string>): string[] =>
  [...names].sort((a, b) => (a < b ? -1 : 1));

process.once('exit', () => {
  const loaded = { ours: sorted(ours), all: sorted(all) };
  writeSync(2, `${JSON.stringify(loaded)}\n`);
});
