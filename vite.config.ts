import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The approver's page. Addresses are relative, so that it also works below a path of a proxy. */
export default defineConfig({
  root: fileURLToPath(new URL('src/platform/page', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the content security policy has no exception for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
