import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { approvalMachine, channelMachine } from '../../machines/index.ts';
import { commands } from '../../src/cli/commands.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { graphOf } from '../../src/inspect/graph.ts';
import { drawChart, mainWay } from '../../src/inspect/terminal.ts';
import { announcementOf, cliWorld } from '../support/cli.ts';
import { watchingPage } from '../support/inspect-view.ts';
import { fakePlatform } from '../support/world.ts';

const listeningSchema = z.strictObject({ event: z.literal('listening'), url: z.url() });

const GRAPHS = [approvalMachine, channelMachine].map((machine) => graphOf(machine));

describe('countersign inspect', () => {
  it('shows the approval of another command, and ends with 0 on SIGINT', async () => {
    const [world, platform] = [cliWorld(), await fakePlatform()];
    const running = world.start(['inspect', '--port', '0', '--json']);
    const { url } = listeningSchema.parse(JSON.parse(await announcementOf(running)));
    const page = await watchingPage(url);
    const asking = world.run(['request', 'Deploy 1.4', '--json'], {
      env: { WORKSPACE_ID: 'ws-1', PLATFORM_URL: platform.url, COUNTERSIGN_INSPECT: url },
    });
    platform.decide((await platform.waitForRow()).id, 'approved');
    expect(await asking).toMatchObject({ status: 0 });
    await vi.waitUntil(() =>
      [...page.rows.values()].some(
        ({ machine, status }) => machine === 'approval' && status === 'done',
      ),
    );
    const approval = [...page.rows.values()].find(({ machine }) => machine === 'approval');
    expect(approval).toMatchObject({ state: 'granted', action: 'Deploy 1.4', workspaceId: 'ws-1' });
    const taken = await world.run(['inspect', '--port', new URL(url).port]);
    expect(taken).toMatchObject({ status: 2, stdout: '' });
    expect(taken.stderr).toMatch(/^countersign: cannot listen on 127\.0\.0\.1 port \d+: .*\n$/);
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('says to a person what to set, and that a wrong address is wrong', async () => {
    const world = cliWorld();
    const running = world.start(['inspect', '--port', '0']);
    await running.said(/To be seen {3}COUNTERSIGN_INSPECT=http:\/\/127\.0\.0\.1:\d+\n/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 0, stdout: '' });
    const env = { WORKSPACE_ID: 'ws-1', COUNTERSIGN_INSPECT: 'http://example.com:7357' };
    const wrong = await world.run(['request', 'x'], { env });
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^countersign: wrong settings\n {2}COUNTERSIGN_INSPECT must name/);
  });

  it('prints a chart and nothing else, without colours where nobody looks', async () => {
    const world = cliWorld();
    const [approval, channel] = await Promise.all(
      ['approval', 'channel'].map((name) => world.run(['inspect', '--print', name])),
    );
    const [approvalChart, channelChart] = GRAPHS.map((graph) => `${drawChart(graph)}\n`);
    expect(approval).toEqual({ status: 0, stdout: approvalChart, stderr: '' });
    expect(channel).toEqual({ status: 0, stdout: channelChart, stderr: '' });
  });

  it.each([
    [['here'], /inspect takes options only, not "here"/],
    [['--print', 'platform'], /--print takes one of approval, channel, not "platform"/],
    [['--print'], /argument missing/],
    [['--print', 'approval', '--json'], /--print goes with no other option/],
    [['--print', 'approval', '--port', '0'], /--print goes with no other option/],
    [['--port', '70000'], /--port must be a whole number from 0 to 65535/],
    [['--host', '0.0.0.0'], /Unknown option '--host'/],
  ])('refuses %j', async (args, message) => {
    const command = await commands.get('inspect')?.load();
    const refused = expect(command?.run(args)).rejects;
    await refused.toThrow(message);
    await refused.toBeInstanceOf(UsageError);
  });
});

describe.each(GRAPHS.map((graph) => [graph.id, graph] as const))('the chart of %s', (_, graph) => {
  const lines = drawChart(graph).split('\n');
  const arrows = lines.filter((line) => /[├╰]─ .* → /.test(line));

  it('has every state, service and arrow of the machine', () => {
    const text = lines.join('\n');
    const inner = graph.states.filter(({ id, isFinal }) => id !== '' && !isFinal);
    for (const { name } of inner) expect(text).toMatch(new RegExp(`╭─ ${name}$`, 'm'));
    const ends = graph.states.filter(({ isFinal }) => isFinal).map(({ id }) => id);
    expect(lines.at(-1)).toBe(`ends: ${ends.join(', ')}`);
    for (const { src } of graph.states.flatMap(({ services }) => services))
      expect(text).toContain(`runs ${src}`);
    const drawn = graph.transitions.filter(
      ({ target, actions }) => target !== undefined || actions.length > 0,
    );
    expect(arrows).toHaveLength(drawn.length);
    for (const { target, guard } of drawn) {
      const asks = guard === undefined ? '' : `[${guard}]`;
      const to = target ?? '(stays';
      expect(arrows.some((line) => line.includes(asks) && line.includes(`→ ${to}`))).toBe(true);
    }
  });

  it('fits into 80 columns, and is the same in colours', () => {
    expect(lines.filter((line) => line.length > 80 || line !== line.trimEnd())).toEqual([]);
    const coloured = drawChart(graph, { colours: true });
    expect(coloured).not.toBe(lines.join('\n'));
    expect(stripVTControlCharacters(coloured)).toBe(lines.join('\n'));
  });
});

it('shows the main way on top', () => {
  const [approval, channel] = GRAPHS.map((graph) => mainWay(graph));
  expect(approval).toEqual(['rbacCheck', 'submitting', 'awaitingWS', 'granted']);
  expect(channel).toEqual(['open.connecting', 'open.live']);
});
