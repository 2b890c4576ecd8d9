/** Which process this is, and whether another one still lives. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A pid is used again after its process ended: its start tells the two apart. */
export interface ProcessName {
  readonly pid: number;
  /** When it started, in whatever way the system says it; compared for equality alone. */
  readonly startedAt: string;
  readonly host: string;
}

export interface ProcessIdentity extends ProcessName {
  /** Whether that process lives, here. Where it cannot be told: true, because it might. */
  isAlive(other: ProcessName): boolean;
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

const host = hostname();

export const systemProcess: ProcessIdentity = {
  pid: process.pid,
  startedAt: startOf(process.pid) ?? '',
  host,
  isAlive: (other) =>
    // A folder that several machines share: nobody here can tell.
    other.host !== host || (exists(other.pid) && (startOf(other.pid) ?? '') === other.startedAt),
};
