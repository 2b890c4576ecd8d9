import { EXIT } from './exit-status.ts';
import { aborted, stopSignals } from './stop-signals.ts';

interface Server {
  listen(): Promise<void>;
  close(): Promise<void>;
}

/** Runs a server until the process is told to stop. @returns the exit status */
export async function serveUntilStopped(server: Server, announce: () => void): Promise<number> {
  using stop = stopSignals();
  try {
    await server.listen();
    announce();
    await aborted(stop.signal);
    return EXIT.ok;
  } finally {
    await server.close();
  }
}
