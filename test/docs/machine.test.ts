/** What `docs/machine.md` says of the machines, against the machines. See also `pages.test.ts`. */
import { describe, expect, it } from 'vitest';
import { approvalMachine, channelMachine } from '../../machines/index.ts';
import { eventLabel, graphOf } from '../../src/inspect/graph.ts';
import { textOf } from './documents.ts';
import { tellStories } from './tell.ts';

const PAGE = 'docs/machine.md';
const text = textOf(PAGE);

/** The text below a heading, up to the next one. */
function section(heading: string): string {
  const [, after] = text.split(`\n${heading}\n`);
  if (after === undefined) throw new Error(`${PAGE} has no heading "${heading}"`);
  return after.split(/\n##/)[0] ?? '';
}

const code = (name: string): string => `\`${name}\``;

tellStories(PAGE);

describe('the page about the machine', () => {
  const { states, transitions } = graphOf(approvalMachine);
  const own = states.filter(({ parent }) => parent !== undefined);
  const active = own.filter(({ isFinal }) => !isFinal);
  const guards = [...new Set(transitions.flatMap(({ guard }) => guard ?? []))];

  it.each(active)('has a section about $id, with its service', ({ id, services }) => {
    for (const { id: name, src } of services)
      expect(section(`### ${id}`).replaceAll('\n', ' ')).toContain(
        `Service: ${code(src)}, running as ${code(name)}`,
      );
  });

  it.each(active)('names every way out of $id', ({ id }) => {
    const said = section(`### ${id}`) + (id === 'fallbackPolling' ? section('### awaitingWS') : '');
    const ways = transitions.filter(({ source, target }) => source === id && target !== undefined);
    expect(ways.length).toBeGreaterThan(1);
    for (const { target, event, guard } of ways) {
      expect(said).toContain(`| ${code(target ?? '')} |`);
      expect(said).toContain(code(eventLabel(event)));
      if (guard !== undefined) expect(said).toContain(code(`[${guard}]`));
    }
  });

  it('names no way out that there is not', () => {
    for (const { id } of active) {
      const said = section(`### ${id}`).matchAll(/^\| `(\w+)` \|/gm);
      const targets = transitions.filter(({ source }) => source === id).map((way) => way.target);
      for (const [, target] of said) expect(targets, id).toContain(target);
    }
  });

  it('says what each final state means', () => {
    for (const { id } of own.filter(({ isFinal }) => isFinal))
      expect(section('### The final states')).toContain(`| ${code(id)} |`);
  });

  it('has the guards that there are, and no others', () => {
    const listed = [...section('## The guards').matchAll(/^\| `(\w+)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(new Set(listed)).toEqual(new Set(guards));
    const named = [...text.matchAll(/\bis[A-Z]\w+/g)].map(([name]) => name);
    for (const name of named) expect(guards).toContain(name);
  });

  it('names what can happen in every state', () => {
    const everywhere = transitions.filter(({ source }) => source === '').map(({ event }) => event);
    expect(everywhere.length).toBeGreaterThan(1);
    for (const event of everywhere)
      expect(section('## From every state: root transitions')).toContain(`| ${code(event)} |`);
  });

  it('has the states, events and services of the channel machine', () => {
    const said = section('## The channel machine');
    const channel = graphOf(channelMachine);
    const leaves = channel.states.filter(({ id }) => !['', 'open'].includes(id));
    for (const { id } of leaves) expect(said).toContain(`| ${code(id)} |`);
    for (const { src } of channel.states.flatMap(({ services }) => services))
      expect(said).toContain(code(src));
    for (const { event } of channel.transitions.filter((way) => !way.event.startsWith('xstate.')))
      expect(said).toContain(code(event));
  });
});
