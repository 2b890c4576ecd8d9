import { createPlatform, type Platform } from '../../platform/index.ts';
import { readArguments } from '../arguments.ts';
import { defaultDataDir } from '../data-folder.ts';
import { createLogger } from '../logger.ts';
import { printJson, say } from '../output.ts';
import { portOf } from '../port.ts';
import { serveUntilStopped } from '../serve-until-stopped.ts';
import { UsageError } from '../usage-error.ts';

/** `countersign serve`: the platform, until it is told to stop. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(args, {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '8080' },
    data: { type: 'string', default: defaultDataDir() },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length > 0)
    throw new UsageError(`serve takes options only, not ${JSON.stringify(positionals[0])}`);
  const { host, data: dataDir, json } = values;
  if (host === '' || dataDir === '') throw new UsageError('--host and --data must not be empty');
  const port = portOf(values.port);
  const logger = createLogger('warn');
  const platform = createPlatform({ host, port, dataDir, logger });
  return serveUntilStopped(platform, () => announce(platform, json));
}

function announce({ url, signInUrl, dataDir }: Platform, json: boolean): void {
  if (json) printJson({ event: 'listening', url, sign_in_url: signInUrl });
  else
    say(`
Countersign serves approvals at ${url}

  Sign in to decide   ${signInUrl}

  For agents          PLATFORM_URL=${url}
  Data folder         ${dataDir}

The sign-in address is a key: keep it to yourself. Ctrl-C stops.
`);
}
