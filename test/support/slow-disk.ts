/** The real world, with a disk that is slow where a test says so. */
import { type Environment, systemEnvironment } from '../../src/index.ts';

export interface SlowDisk {
  readonly environment: Environment;
  /** What happened, in its order: a file that is slow is on disk, a request with a body was sent. */
  readonly happened: readonly ('on disk' | 'sent')[];
}

/** Long enough for a request that does not wait for the disk; milliseconds. */
const SLOW_MS = 400;

/** The sync of a file that `isSlow` means takes until the first POST was sent, or its time. */
export function slowDisk(isSlow: (path: string) => boolean): SlowDisk {
  const { files, fetch } = systemEnvironment;
  const happened: ('on disk' | 'sent')[] = [];
  const sent = Promise.withResolvers<void>();
  const open: Environment['files']['open'] = async (path, flags, mode) => {
    const file = await files.open(path, flags, mode);
    if (!isSlow(path)) return file;
    const datasync = async (): Promise<void> => {
      await Promise.race([sent.promise, new Promise((resolve) => setTimeout(resolve, SLOW_MS))]);
      await file.datasync();
      happened.push('on disk');
    };
    return { ...file, datasync };
  };
  const environment: Environment = {
    ...systemEnvironment,
    files: { ...files, open },
    fetch: (input, init) => {
      if (input instanceof Request && input.method === 'POST') {
        happened.push('sent');
        sent.resolve();
      }
      return fetch(input, init);
    },
  };
  return { environment, happened };
}
