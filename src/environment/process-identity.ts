/** Which process this is, and whether another one still lives. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** The name of what a process shows in a folder, see {@link ProcessIdentity.showLife}. */
export const LIFE = 'alive';

/** A pid is used again after its process ended: its start tells the two apart. */
export interface ProcessName {
  readonly pid: number;
  /** When it started, in whatever way the system says it; compared for equality alone. */
  readonly startedAt: string;
  readonly host: string;
  /**
   * Within which its pid means it: that of its container, or of the machine. Linux alone says it; a
   * name without it counts as one of here.
   */
  readonly pidNamespace?: string | undefined;
}

export interface ProcessIdentity extends ProcessName {
  /**
   * Whether that process lives, here. Where it cannot be told: true, because it might.
   * @param folder where it may have shown that it lives
   */
  isAlive(other: ProcessName, folder: string): boolean | Promise<boolean>;
  /**
   * Shows in a folder that this process lives, to those to whom its pid says nothing. Rejects where it
   * cannot; the result ends it.
   */
  showLife?(folder: string): Promise<() => Promise<void>>;
}

/** In clock ticks since the machine started, with the machine's own start; Linux alone says it. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program, in brackets, may hold anything; the 22nd field comes 20 after it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function ownNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

const bootOf = ({ startedAt }: ProcessName): string => startedAt.split('/')[0] ?? '';

const self: ProcessName = {
  pid: process.pid,
  startedAt: startOf(process.pid) ?? '',
  host: hostname(),
  pidNamespace: ownNamespace(),
};

async function isAlive(other: ProcessName, folder: string): Promise<boolean> {
  // A folder that several machines share: nobody here can tell.
  if (other.host !== self.host) return true;
  if (other.pidNamespace === undefined || other.pidNamespace === self.pidNamespace)
    return exists(other.pid) && (startOf(other.pid) ?? '') === other.startedAt;
  // The machine was started anew since. Where /proc is not all there, nobody knows.
  const [boot, ownBoot] = [bootOf(other), bootOf(self)];
  if (boot !== '' && ownBoot !== '' && boot !== ownBoot) return false;
  const { livesIn } = await import('./process-life.ts');
  return (await livesIn(folder)) ?? true;
}

export const systemProcess: ProcessIdentity = {
  ...self,
  isAlive,
  showLife: async (folder) => {
    if (self.pidNamespace === undefined) throw new Error('no other process would look');
    const { showLife } = await import('./process-life.ts');
    return showLife(folder);
  },
};
