import { isCountersignError } from 'countersign';
import { createPlatform, type Platform } from 'countersign/platform';

/** The platform on this machine; on a free port where nobody asked for one and 8080 is taken. */
export async function startPlatform(dataDir: string, port: number | undefined): Promise<Platform> {
  try {
    return await listening(dataDir, port ?? 8080);
  } catch (error) {
    if (port !== undefined || !isPortTaken(error)) throw error;
    return listening(dataDir, 0);
  }
}

async function listening(dataDir: string, port: number): Promise<Platform> {
  const platform = createPlatform({ dataDir, port });
  await platform.listen();
  return platform;
}

const isPortTaken = (error: unknown): boolean =>
  isCountersignError(error) &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'EADDRINUSE';
