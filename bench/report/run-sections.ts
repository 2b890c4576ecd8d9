/** Section after section; one that fails does not end the run. */
import type { Effort, Part } from './figure.ts';
import type { Run } from './run.ts';

export interface RunOptions {
  readonly parts: ReadonlyMap<string, () => Promise<Part>>;
  readonly effort: Effort;
  /** Called with each section as soon as it is done. */
  readonly onSection: (section: Run['sections'][number]) => void;
}

export async function runSections(
  options: RunOptions,
): Promise<Pick<Run, 'sections' | 'failed' | 'seconds'>> {
  const { parts, effort, onSection } = options;
  const start = performance.now();
  const sections: Run['sections'] = [];
  const failed: Run['failed'] = [];
  for (const [key, load] of parts)
    try {
      const section = { key, ...(await (await load())(effort)) };
      sections.push(section);
      onSection(section);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failed.push({ key, why });
      effort.say(`${key} failed: ${error instanceof Error ? (error.stack ?? why) : why}`);
    }
  return { sections, failed, seconds: (performance.now() - start) / 1_000 };
}

/**
 * The parts that `--only` names.
 * @throws RangeError naming what there is
 */
export function chosenFrom(all: RunOptions['parts'], only: string): RunOptions['parts'] {
  const keys = only.split(',').map((key) => key.trim());
  const unknown = keys.filter((key) => !all.has(key));
  if (unknown.length > 0)
    throw new RangeError(
      `there is no section "${unknown.join('", "')}"; there are ${[...all.keys()].join(', ')}`,
    );
  return new Map([...all].filter(([key]) => keys.includes(key)));
}
