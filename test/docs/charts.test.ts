/** The pictures of the machines are drawn from the machines: `npm run charts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { approvalMachine, channelMachine } from '../../machines/index.ts';
import { pictures } from '../../scripts/charts.ts';
import { graphOf } from '../../src/inspect/graph.ts';

const ROOT = join(import.meta.dirname, '../..');
const drawn = await pictures();
const committed = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe.each([...drawn.keys()])('%s', (path) => {
  it('is the machine as it is', () => {
    expect(committed(path)).toBe(drawn.get(path));
  });
});

describe.each([approvalMachine, channelMachine])('the picture of $id', (machine) => {
  const picture = committed(`src/inspect/charts/${machine.id}.svg`);
  const { states, transitions } = graphOf(machine);

  it('has every state, with its services', () => {
    for (const { id, parent, services } of states.filter((state) => state.parent !== undefined)) {
      expect(picture, `${id} in ${parent}`).toContain(`data-state="${id}"`);
      for (const service of services) expect(picture).toContain(`data-service="${service.id}"`);
    }
  });

  it('has every transition that leads somewhere', () => {
    const known = new Set(
      [...picture.matchAll(/data-transition="([^"]+)"/g)].map((match) => String(match[1])),
    );
    const leading = transitions.filter(({ target }) => target !== undefined).map(({ id }) => id);
    expect(known).toEqual(new Set(leading));
  });

  it('puts nothing outside of itself', () => {
    const [, , width = 0, height = 0] =
      /viewBox="([^"]+)"/.exec(picture)?.[1]?.split(' ').map(Number) ?? [];
    for (const [, x, y] of picture.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)) {
      if (Number(x) <= 10 && Number(y) <= 10) continue; // the head of arrows
      expect(Number(x)).toBeGreaterThan(0);
      expect(Number(x)).toBeLessThan(width);
      expect(Number(y)).toBeLessThan(height);
    }
  });
});
