import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemEnvironment } from '../../src/environment.ts';
import { Once } from '../../src/journal/index.ts';
import { approvalRequest } from '../support/approval-request.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const request = { ...approvalRequest({ key: 'a key' }), digest: `sha256:${'a'.repeat(64)}` };
const other = { ...request, digest: `sha256:${'b'.repeat(64)}` };

/** As a process leaves it that is killed while it binds the key of `request`. */
async function tornBinding(text: string): Promise<string> {
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
      const folder = await tornBinding(text);
      const once = new Once({ folder, environment: systemEnvironment });
      expect(await once.lookUpKey(request)).toBe('unknown');
      expect(await once.claimKey(request)).toBe('new');
      expect(await once.lookUpKey(request)).toBe('same');
      expect(await once.claimKey(other)).toBe('other');
      expect(readdirSync(join(folder, 'keys'))).toHaveLength(1);
    },
  );
});
