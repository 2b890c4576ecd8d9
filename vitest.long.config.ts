import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** The tests that are too long for every change; on a real disk. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    env: {},
    include: ['test/**/*.long.test.ts'],
    exclude: ['**/node_modules/**'],
  },
});
