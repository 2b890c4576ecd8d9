/** Draws the committed figures into the docs anew: `npm run bench:draw`. Measures nothing. */
import { drawDocs } from './report/docs.ts';
import { COMMITTED, readRun } from './report/run.ts';

drawDocs(readRun(COMMITTED));
