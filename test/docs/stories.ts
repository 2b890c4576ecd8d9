/** Blocks that belong together: code, and what it is shown to print and to record. */
import { type Block, blocksOf } from './documents.ts';

export interface Story {
  /** Where it begins. */
  readonly page: string;
  readonly line: number;
  readonly steps: readonly Block[];
}

/** A block of TypeScript begins a story, and so does a command line that stands before any. */
const begins = (block: Block, before: Block[] | undefined): boolean =>
  before === undefined || (block.language === 'ts' && !block.markers.has('goes on'));

const isStep = ({ language, markers }: Block): boolean =>
  !markers.has('run by') &&
  (language === 'ts' ||
    language === 'jsonl' ||
    language === 'sh' ||
    (language === 'text' && markers.has('output')));

export function storiesOf(page: string): Story[] {
  const stories: Block[][] = [];
  for (const block of blocksOf(page).filter(isStep)) {
    const last = stories.at(-1);
    if (begins(block, last)) stories.push([block]);
    else last?.push(block);
  }
  return stories.map((steps) => ({ page, line: steps[0]?.line ?? 0, steps }));
}
