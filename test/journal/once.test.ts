import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemEnvironment } from '../../src/environment.ts';
import { Once } from '../../src/journal/index.ts';
import { approvalRequest } from '../support/approval-request.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const request = { ...approvalRequest({ key: 'a key' }), digest: `sha256:${'a'.repeat(64)}` };
const bare = { ...request, args: null, digest: null };
const other = { ...request, digest: `sha256:${'b'.repeat(64)}` };

/** The state folder with this text in place of the binding of the key of `request`. */
async function boundTo(text: string): Promise<string> {
  const folder = temporaryFolder();
  await new Once({ folder, environment: systemEnvironment }).claimKey(request);
  const [name = ''] = readdirSync(join(folder, 'keys'));
  writeFileSync(join(folder, 'keys', name), text);
  return folder;
}

describe('The binding of a key', () => {
  it.each([
    ['nothing of it', ''],
    ['half of it', request.digest.slice(0, 40)],
  ])(
    'that a killed process left with %s on disk is bound by the next one, since nothing was sent',
    async (_, text) => {
      const folder = await boundTo(text);
      const once = new Once({ folder, environment: systemEnvironment });
      expect(await once.lookUpKey(request)).toBe('unknown');
      expect(await once.claimKey(request)).toBe('new');
      expect(await once.lookUpKey(request)).toBe('same');
      expect(await once.claimKey(other)).toBe('other');
      expect(readdirSync(join(folder, 'keys'))).toHaveLength(1);
    },
  );

  it('that was asked without arguments stands for its action alone', async () => {
    const once = new Once({ folder: temporaryFolder(), environment: systemEnvironment });
    expect(await once.claimKey(bare)).toBe('new');
    expect(await once.claimKey(bare)).toBe('same');
    for (const stranger of [{ ...bare, action: 'Delete production' }, request])
      for (const ask of ['claimKey', 'lookUpKey'] as const)
        expect(await once[ask](stranger)).toBe('other');
  });

  it('that was asked with arguments does not stand for its action without them', async () => {
    const once = new Once({ folder: temporaryFolder(), environment: systemEnvironment });
    expect(await once.claimKey(request)).toBe('new');
    expect(await once.claimKey(bare)).toBe('other');
  });

  it('G7 that was bound to nothing, as it once was without arguments, refuses no process its own key', async () => {
    const once = new Once({ folder: await boundTo('\n'), environment: systemEnvironment });
    expect(await once.claimKey(bare)).toBe('same');
    expect(await once.lookUpKey(bare)).toBe('same');
    expect(await once.claimKey(request)).toBe('other');
  });
});
