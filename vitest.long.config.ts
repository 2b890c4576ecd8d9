import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** The tests that are too long for every change. */
export default defineConfig({
  ...config,
  test: { ...config.test, include: ['test/**/*.long.test.ts'], exclude: ['**/node_modules/**'] },
});
