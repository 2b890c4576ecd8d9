/** See `pages.test.ts`. */
import { tellStories } from './tell.ts';

tellStories('docs/testing.md');
