import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Files, systemFiles } from '../../src/environment/files.ts';
import { type Environment, systemEnvironment } from '../../src/index.ts';
import { encodeEntry, entryName } from '../../src/journal/entry.ts';
import { Journal } from '../../src/journal/index.ts';
import { journalEntry } from '../support/journal-entry.ts';
import { livingIn } from '../support/life-process.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const { request } = journalEntry();
const other = journalEntry({ key: 'refund-4712', traceId: 'trace-2' }).request;

/** Journals of processes that live as long as nobody says otherwise. */
function processesOn(folder: string) {
  const dead = new Set<number>();
  const journalOf = (pid: number, environment: Partial<Environment> = {}): Journal =>
    new Journal({
      folder,
      environment: {
        ...systemEnvironment,
        process: {
          pid,
          startedAt: `start of ${pid}`,
          host: 'here',
          isAlive: ({ pid: asked }) => !dead.has(asked),
        },
        ...environment,
      },
    });
  return { journalOf, kill: (pid: number) => dead.add(pid) };
}

/** A journal of a process of another container, whose pid says nothing here. */
function inContainer(folder: string, pidNamespace: string) {
  let kill: (() => Promise<void>) | undefined;
  const showLife = async (path: string): Promise<() => Promise<void>> => {
    const life = await livingIn(path);
    kill = life.kill;
    return life.kill;
  };
  const environment = {
    ...systemEnvironment,
    process: { ...systemEnvironment.process, pid: 2 ** 22 + 1, pidNamespace, showLife },
  };
  return { journal: new Journal({ folder, environment }), kill: async () => kill?.() };
}

const withOpen = (before: (path: string) => Promise<void>): Files => ({
  ...systemFiles,
  open: async (path, ...how) => {
    await before(path);
    return systemFiles.open(path, ...how);
  },
});

const everyFile = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe('the journal', () => {
  it('holds an approval from before it is sent until it has ended', async () => {
    const folder = temporaryFolder();
    const journal = processesOn(folder).journalOf(1);
    await journal.begin(request);
    journal.note(request, { approvalId: 'row-1' });
    expect(everyFile(folder).filter((path) => path.endsWith(entryName(request.key)))).toHaveLength(
      1,
    );
    await journal.end(request);
    await journal.close();
    expect(everyFile(folder)).toEqual([]);
  });

  it('keeps its files to its user', async () => {
    const folder = temporaryFolder();
    const journal = processesOn(folder).journalOf(1);
    await journal.begin(request);
    const { statSync } = process.getBuiltinModule('node:fs');
    for (const path of everyFile(folder)) expect(statSync(path).mode & 0o077, path).toBe(0);
    await journal.close();
  });

  it('hands what a dead process left to the one who asks, with all that was known', async () => {
    const { journalOf, kill } = processesOn(temporaryFolder());
    const first = journalOf(1);
    await first.begin(request);
    await first.begin(other);
    first.note(request, { approvalId: 'row-1' });
    first.note(request, { givenUp: 'the caller gave up' });
    await first.end(other);
    kill(1);
    const second = journalOf(2);
    expect(await second.claimAll()).toEqual({
      entries: [{ request, approvalId: 'row-1', givenUp: 'the caller gave up' }],
      broken: [],
      held: [],
    });
    expect(second.isTakenOver(request)).toBe(true);
    expect(await journalOf(3).claimAll()).toMatchObject({ entries: [], held: [{ count: 1 }] });
  });

  it('G7 notes also of one that stands beside another of its key that it was answered', async () => {
    const { journalOf, kill } = processesOn(temporaryFolder());
    const first = journalOf(1);
    await first.begin(request);
    const beside = journalEntry({ key: request.key, traceId: 'trace-3' }).request;
    kill(1);
    const second = journalOf(2);
    await second.begin(beside);
    await second.claimAll();
    second.note(request, { isAnswered: true });
    await second.close();
    kill(2);
    const { entries } = await journalOf(3).claimAll();
    expect(entries.find((each) => each.request.traceId === request.traceId)).toMatchObject({
      isAnswered: true,
    });
  });

  it('G7 hands on what was joined with an approval of its own, until that is recorded', async () => {
    const folder = temporaryFolder();
    const { journalOf, kill } = processesOn(folder);
    const joined = journalEntry({ key: request.key, traceId: 'trace-3' }).request;
    const [first, second, third] = [journalOf(1), journalOf(2), journalOf(3)];
    await first.begin(joined);
    await second.begin(request);
    kill(1);
    expect(await second.claimAll()).toMatchObject({ entries: [{ request: joined }] });
    kill(2);
    const { entries } = await third.claimAll();
    expect(entries.map(({ request: { traceId } }) => traceId).sort()).toEqual(
      [request.traceId, joined.traceId].sort(),
    );
    await third.end(joined);
    await third.end(request);
    await third.close();
    await journalOf(4).claimAll();
    expect(everyFile(folder)).toEqual([]);
  });

  it('G7 lets what goes on have the place of what was answered and only owes, and hands neither on again', async () => {
    const folder = temporaryFolder();
    const { journalOf, kill } = processesOn(folder);
    const again = journalEntry({ key: request.key, traceId: 'trace-3' }).request;
    const [first, second, third] = [journalOf(1), journalOf(2), journalOf(3)];
    await first.begin(request);
    first.note(request, { isAnswered: true });
    await first.close();
    kill(1);
    expect(await third.claim(request.key)).toMatchObject({ isAnswered: true });
    await second.begin(again);
    second.note(again, { approvalId: 'row-2' });
    await second.close();
    kill(2);
    expect(await third.claimAll()).toMatchObject({ entries: [{ request: again }] });
    expect(third.get(again)).toMatchObject({ approvalId: 'row-2' });
    expect(third.isTakenOver(again)).toBe(true);
    third.note(again, { isAnswered: true });
    await third.close();
    kill(3);
    const { entries } = await journalOf(4).claimAll();
    expect(new Map(entries.map((entry) => [entry.request.traceId, entry.isAnswered]))).toEqual(
      new Map([
        [request.traceId, true],
        [again.traceId, true],
      ]),
    );
  });

  it.each([2, 3])(
    'G7 goes on beside what was answered where rename number %i fails',
    async (fails) => {
      const { journalOf, kill } = processesOn(temporaryFolder());
      const again = journalEntry({ key: request.key, traceId: 'trace-3' }).request;
      let renames = Number.NEGATIVE_INFINITY;
      const rename: Files['rename'] = async (from, to) => {
        renames += 1;
        if (renames === fails) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        await systemFiles.rename(from, to);
      };
      const [first, second] = [journalOf(1), journalOf(2)];
      const third = journalOf(3, { files: { ...systemFiles, rename } });
      await first.begin(request);
      first.note(request, { isAnswered: true });
      await first.close();
      kill(1);
      await third.claim(request.key);
      await second.begin(again);
      kill(2);
      renames = 0;
      expect(await third.claimAll()).toMatchObject({ entries: [{ request: again }] });
      await third.begin(again);
      third.note(again, { isAnswered: true });
      await third.close();
      kill(3);
      const { entries } = await journalOf(4).claimAll();
      expect(entries.map(({ isAnswered }) => isAnswered)).not.toContain(undefined);
      expect(entries.map((entry) => entry.request.traceId)).toContain(again.traceId);
    },
  );

  it('G7 leaves no copy of what is answered that was begun anew', async () => {
    const { journalOf, kill } = processesOn(temporaryFolder());
    const again = journalEntry({ key: request.key, traceId: 'trace-3' }).request;
    const [first, second] = [journalOf(1), journalOf(2)];
    await first.begin(again);
    await second.begin(request);
    kill(1);
    await second.claimAll();
    // What stood there ends, and is not noted as answered yet.
    await second.begin(again);
    second.note(again, { isAnswered: true });
    await second.close();
    kill(2);
    expect(await journalOf(3).claimAll()).toMatchObject({
      entries: [{ request: again, isAnswered: true }],
    });
  });

  it('F53 leaves what a living process holds, and says who that is', async () => {
    const { journalOf } = processesOn(temporaryFolder());
    await journalOf(1).begin(request);
    expect(await journalOf(2).claimAll()).toMatchObject({
      entries: [],
      held: [{ owner: { pid: 1, startedAt: 'start of 1', host: 'here' }, count: 1 }],
    });
  });

  it.runIf(process.platform === 'linux')(
    'F53 leaves what a process of another container holds, until that is gone',
    async () => {
      const folder = temporaryFolder();
      const [first, second] = [inContainer(folder, 'pid:[1]'), inContainer(folder, 'pid:[2]')];
      await first.journal.begin(request);
      expect(await second.journal.claimAll()).toMatchObject({
        entries: [],
        held: [{ owner: { pidNamespace: 'pid:[1]' }, count: 1 }],
      });
      await first.kill();
      expect(await second.journal.claimAll()).toMatchObject({ entries: [{ request }], held: [] });
      await second.journal.end(request);
      await inContainer(folder, 'pid:[3]').journal.claimAll();
      expect(readdirSync(join(folder, 'owners'))).toHaveLength(1);
    },
  );

  it('F53 takes nothing from a process that is just making its folder', async () => {
    const { journalOf } = processesOn(temporaryFolder());
    const isMade = Promise.withResolvers<void>();
    const mayGoOn = Promise.withResolvers<void>();
    const first = journalOf(1, {
      files: withOpen(async (path) => {
        if (!path.endsWith('owner.json.new')) return;
        isMade.resolve();
        await mayGoOn.promise;
      }),
    });
    const beginning = first.begin(request);
    await isMade.promise;
    const second = journalOf(2, {
      files: {
        ...systemFiles,
        open: async (path, ...how) => {
          try {
            return await systemFiles.open(path, ...how);
          } finally {
            mayGoOn.resolve();
            await beginning;
          }
        },
      },
    });
    expect((await second.claimAll()).entries).toEqual([]);
    expect(first.get(request)).toBeDefined();
  });

  it.each([
    ['where it has entries of its own under the same keys', [request, other]],
    ['where it has none', []],
  ])(
    'G7 keeps nothing of what it took over where one cannot be read just now, %s',
    async (_, own) => {
      const { journalOf, kill } = processesOn(temporaryFolder());
      const first = journalOf(1);
      await first.begin(request);
      await first.begin(other);
      kill(1);
      const [, last = ''] = [request, other].map(({ key }) => entryName(key)).toSorted();
      let isFull = false;
      const second = journalOf(2, {
        files: withOpen(async (path) => {
          if (isFull && path.includes(last.slice(0, 64)))
            throw Object.assign(new Error('too many files'), { code: 'EMFILE' });
        }),
      });
      for (const { key } of own)
        await second.begin(journalEntry({ key, traceId: `my ${key}` }).request);
      isFull = true;
      await expect(second.claimAll()).rejects.toMatchObject({ code: 'journal' });
      isFull = false;
      expect(await second.claim(request.key)).toMatchObject({ request });
      expect(await second.claimAll()).toMatchObject({ entries: [{ request: other }] });
    },
  );

  it('F53 gives each entry to one of many who want it', async () => {
    const { journalOf, kill } = processesOn(temporaryFolder());
    const first = journalOf(1);
    const requests = Array.from({ length: 20 }, (_, index) =>
      journalEntry({ key: `key-${index}`, traceId: `trace-${index}` }),
    );
    for (const entry of requests) await first.begin(entry.request);
    kill(1);
    const claimed = await Promise.all([2, 3, 4, 5].map((pid) => journalOf(pid).claimAll()));
    const keys = claimed.flatMap(({ entries }) => entries.map((entry) => entry.request.key));
    expect(keys.toSorted()).toEqual(requests.map((entry) => entry.request.key).toSorted());
  });

  it('F52 sets aside what is broken, names it, and hands over the rest', async () => {
    const folder = temporaryFolder();
    const { journalOf, kill } = processesOn(folder);
    const first = journalOf(1);
    await first.begin(request);
    await first.begin(other);
    const path = everyFile(folder).find((file) => file.endsWith(entryName(other.key))) ?? '';
    writeFileSync(path, readFileSync(path, 'utf8').replace('eur', 'usd'));
    kill(1);
    const { entries, broken } = await journalOf(2).claimAll();
    expect(entries.map((entry) => entry.request.key)).toEqual([request.key]);
    expect(broken).toMatchObject([{ why: expect.stringContaining('checksum') }]);
    expect(broken[0]?.path).toContain('quarantine');
    expect(readFileSync(broken[0]?.path ?? '', 'utf8')).toContain('usd');
  });

  it('F52 refuses one that stands under the name of another', async () => {
    const folder = temporaryFolder();
    const { journalOf, kill } = processesOn(folder);
    await journalOf(1).begin(request);
    const path = everyFile(folder).find((file) => file.endsWith(entryName(request.key))) ?? '';
    writeFileSync(path, encodeEntry({ request: other, approvalId: null, givenUp: null }));
    kill(1);
    expect(await journalOf(2).claimAll()).toMatchObject({
      entries: [],
      broken: [{ why: expect.stringContaining('name of another') }],
    });
  });

  it('begins again for a key that was asked again, whatever the one before still does', async () => {
    const { journalOf, kill } = processesOn(temporaryFolder());
    const first = journalOf(1);
    await first.begin(request);
    const again = { ...request, traceId: 'trace-3' };
    const ending = first.end(request);
    await first.begin(again);
    await ending;
    await first.end(request);
    kill(1);
    expect((await journalOf(2).claimAll()).entries.map((entry) => entry.request)).toEqual([again]);
  });

  it('hands over the same key of a dead process beside ours, and leaves ours', async () => {
    const { journalOf, kill } = processesOn(temporaryFolder());
    const theirs = { ...request, traceId: 'trace-of-1' };
    await journalOf(1).begin(theirs);
    const second = journalOf(2);
    await second.begin(request);
    kill(1);
    expect((await second.claimAll()).entries.map((entry) => entry.request)).toEqual([theirs]);
    expect(second.get(request)).toMatchObject({ request });
    await second.end(theirs);
    kill(2);
    expect((await journalOf(3).claimAll()).entries.map((entry) => entry.request)).toEqual([
      request,
    ]);
  });

  it('refuses with its name and what to do where nothing can be written', async () => {
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    await expect(processesOn(folder).journalOf(1).begin(request)).rejects.toMatchObject({
      code: 'journal',
      message: expect.stringMatching(/file cannot be used.*COUNTERSIGN_STATE_DIR/),
    });
  });
});
