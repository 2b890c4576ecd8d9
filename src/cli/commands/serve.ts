import { createPlatform, type Platform } from '../../platform/index.ts';
import { readArguments } from '../arguments.ts';
import { defaultDataDir } from '../data-folder.ts';
import { EXIT } from '../exit-status.ts';
import { createLogger } from '../logger.ts';
import { printJson, say } from '../output.ts';
import { aborted, stopSignals } from '../stop-signals.ts';
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
  return serve(createPlatform({ host, port, dataDir, logger }), json);
}

async function serve(platform: Platform, json: boolean): Promise<number> {
  using stop = stopSignals();
  try {
    await platform.listen();
    announce(platform, json);
    await aborted(stop.signal);
    return EXIT.ok;
  } finally {
    await platform.close();
  }
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

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(
    `--port must be a whole number from 0 to 65535, not ${JSON.stringify(text)}`,
  );
}
