import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** How a page of ours is built. Addresses are relative, so that it also works below a path of a proxy. */
export const pageConfig = (source: string, built: string): UserConfig => ({
  root: at(source),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: at(built),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the content security policy has no exception for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});

/** The approver's page. */
export default defineConfig(pageConfig('src/platform/page', 'dist/page'));
