/**
 * A sign of life for processes of other containers, to which a pid says nothing: a socket in a folder,
 * which takes connections as long as its process lives and its machine runs, whatever the namespaces
 * are. The kernel closes it, also at a `kill -9`.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { codeOf } from './files.ts';
import { LIFE } from './process-identity.ts';

/** The path of a socket may have a hundred bytes, that of a folder more. */
const pathIn = (folder: FileHandle): string => `/proc/self/fd/${folder.fd}/${LIFE}`;

const openFolder = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_DIRECTORY);

/**
 * Shows that this process lives, until it ends or the result is called. Keeps no process running.
 * Linux only.
 * @throws Error of the system, where the folder takes no socket
 */
export async function showLife(path: string): Promise<() => Promise<void>> {
  const folder = await openFolder(path);
  const server = createServer((looker) => looker.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      // Of this process alone, also where it is one of a cluster.
      server.listen({ path: pathIn(folder), exclusive: true }, resolve);
    });
  } catch (error) {
    await folder.close();
    throw error;
  }
  server.unref();
  // Closing removes the socket by its path: the folder is open until then.
  const hidden = new Promise<void>((resolve) => server.once('close', resolve)).then(() =>
    folder.close(),
  );
  return () => {
    server.close();
    return hidden;
  };
}

/** `undefined` where there is no sign, or it cannot be read. */
export async function livesIn(path: string): Promise<boolean | undefined> {
  const folder = await openFolder(path).catch(() => undefined);
  if (folder === undefined) return undefined;
  try {
    return await new Promise((resolve) => {
      const socket = connect(pathIn(folder));
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', (error) =>
        resolve(codeOf(error) === 'ECONNREFUSED' ? false : undefined),
      );
    });
  } finally {
    await folder.close();
  }
}
