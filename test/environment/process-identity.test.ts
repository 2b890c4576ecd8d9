import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ProcessName, systemProcess } from '../../src/environment/process-identity.ts';
import { showLife } from '../../src/environment/process-life.ts';
import { livingIn } from '../support/life-process.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const { pid, startedAt, host, pidNamespace } = systemProcess;
const NOBODY = 2 ** 22 + 1;
const isLinux = process.platform === 'linux';

/** A pid of another container on this machine, which means nothing here. */
const elsewhere: ProcessName = { pid: NOBODY, startedAt, host, pidNamespace: 'pid:[1]' };

describe('another process', () => {
  it('lives while there is its pid, with its start', async () => {
    const folder = temporaryFolder();
    const itself = { pid, startedAt, host, pidNamespace };
    expect(await systemProcess.isAlive(itself, folder)).toBe(true);
    expect(await systemProcess.isAlive({ ...itself, pid: NOBODY }, folder)).toBe(false);
    expect(await systemProcess.isAlive({ pid: NOBODY, startedAt, host }, folder)).toBe(false);
  });

  it.runIf(isLinux)('is another one where the pid has another start', async () => {
    const later = { pid, startedAt: `${startedAt}0`, host, pidNamespace };
    expect(await systemProcess.isAlive(later, temporaryFolder())).toBe(false);
  });

  it('counts as alive on another machine', async () => {
    const other = { pid: NOBODY, startedAt, host: `not ${host}`, pidNamespace };
    expect(await systemProcess.isAlive(other, temporaryFolder())).toBe(true);
  });
});

describe.runIf(isLinux)('a process of another container', () => {
  it('counts as alive where nothing tells', async () => {
    expect(await systemProcess.isAlive(elsewhere, temporaryFolder())).toBe(true);
    expect(await systemProcess.isAlive(elsewhere, '/nowhere')).toBe(true);
  });

  it('lives as long as it shows it, also in a folder with a long name', async () => {
    const folder = join(temporaryFolder(), 'n'.repeat(120));
    mkdirSync(folder);
    const { kill } = await livingIn(folder);
    expect(await systemProcess.isAlive(elsewhere, folder)).toBe(true);
    await kill();
    expect(await systemProcess.isAlive(elsewhere, folder)).toBe(false);
  });

  it('counts as alive where it is not known since when the machine runs', async () => {
    const unknown = { ...elsewhere, startedAt: '' };
    expect(await systemProcess.isAlive(unknown, temporaryFolder())).toBe(true);
  });

  it('is gone where the machine was started anew since', async () => {
    const folder = temporaryFolder();
    const before = { ...elsewhere, startedAt: 'another-boot/1' };
    expect(await systemProcess.isAlive(before, folder)).toBe(false);
  });

  it('leaves nothing behind when it ends in order', async () => {
    const folder = temporaryFolder();
    const hideLife = await showLife(folder);
    expect(readdirSync(folder)).toEqual(['alive']);
    await hideLife();
    expect(readdirSync(folder)).toEqual([]);
  });
});
