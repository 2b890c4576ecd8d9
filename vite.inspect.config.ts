import { defineConfig } from 'vite';
import { pageConfig } from './vite.config.ts';

/** The page of the live view of the machines. */
export default defineConfig(pageConfig('src/inspect/page', 'dist/inspect-page'));
