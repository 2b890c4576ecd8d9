/**
 * zod's compiled checks need `eval`, which the page's security policy forbids and reports. The page
 * loads this before the first schema is made.
 */
import { config } from 'zod';

config({ jitless: true });
