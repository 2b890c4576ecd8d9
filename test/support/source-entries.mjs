/**
 * For `node --import`: the package's own entries (`countersign/platform`, …) lead to the source, so
 * that a program that imports them can be tried without a build.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const root = new URL('../../', import.meta.url);
const { name, exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

registerHooks({
  resolve(specifier, context, nextResolve) {
    const entry =
      specifier === name || specifier.startsWith(`${name}/`)
        ? exports[`.${specifier.slice(name.length)}`]
        : undefined;
    if (entry?.startsWith('./dist/') !== true) return nextResolve(specifier, context);
    const source = entry.replace(/^\.\/dist\//, './').replace(/\.js$/, '.ts');
    return { url: new URL(source, root).href, shortCircuit: true };
  },
});
