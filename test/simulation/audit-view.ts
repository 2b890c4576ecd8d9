/** The audit log as it lies on the disk, read by somebody who did not write it. */
import { type AuditReport, verifyAuditLog } from '../../src/index.ts';
import type { Disk } from './disk.ts';
import type { FileNode } from './disk-nodes.ts';

export const AUDIT_FOLDER = '/audit';
export const AUDIT_PATH = `${AUDIT_FOLDER}/audit.jsonl`;

export interface AuditLine {
  readonly event_type: string;
  readonly outcome: string;
  readonly trace_id: string;
  readonly code?: unknown;
  /** How it had ended before, where somebody resumed it then. */
  readonly ended?: { readonly outcome: string };
}

const ENDS: ReadonlySet<string> = new Set(['granted', 'denied', 'timeout', 'withdrawn', 'failure']);

/** Whether an approval ends with this record. */
export const isEnd = ({ event_type, outcome }: AuditLine): boolean =>
  (event_type === 'approval' || event_type === 'rbac') && ENDS.has(outcome);

interface Read {
  /** Up to here the file was looked at. */
  upTo: number;
  readonly lines: AuditLine[];
}

export class AuditView {
  readonly #disk: Disk;
  readonly #safe = new Map<FileNode, Read>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Records of one approval that a power cut right now would leave. */
  safeRecords(traceId: string): AuditLine[] {
    const found: AuditLine[] = [];
    for (const node of this.#disk.durableFiles(AUDIT_FOLDER).values())
      for (const line of this.#readSafe(node)) if (line.trace_id === traceId) found.push(line);
    return found;
  }

  /** Every record that is there now. */
  all(): AuditLine[] {
    return [...this.#files().values()].flatMap((node) => linesOf(node.content));
  }

  get segments(): number {
    return this.#files().size;
  }

  /** What the verifier says of each file. */
  async verified(): Promise<Map<string, AuditReport>> {
    const reports = new Map<string, AuditReport>();
    for (const [path, node] of this.#files()) {
      const lines = node.content.toString('utf8').split('\n');
      // Without a line feed at its end a line is still being written, or was torn by a crash.
      lines.pop();
      reports.set(path, await verifyAuditLog(lines));
    }
    return reports;
  }

  #files(): Map<string, FileNode> {
    return this.#disk.filesBelow(AUDIT_FOLDER);
  }

  #readSafe(node: FileNode): AuditLine[] {
    const read = this.#safe.get(node) ?? { upTo: 0, lines: [] };
    this.#safe.set(node, read);
    if (node.synced <= read.upTo) return read.lines;
    const end = node.content.lastIndexOf(0x0a, node.synced - 1) + 1;
    let start = read.upTo;
    while (start < end) {
      const stop = node.content.indexOf(0x0a, start) + 1;
      if (node.isSafe(start, stop)) read.lines.push(...linesOf(node.content.subarray(start, stop)));
      start = stop;
    }
    read.upTo = Math.max(read.upTo, end);
    return read.lines;
  }
}

function linesOf(bytes: Buffer): AuditLine[] {
  return bytes.toString('utf8').split('\n').map(parse).filter(isLine);
}

const isLine = (value: unknown): value is AuditLine =>
  typeof value === 'object' &&
  value !== null &&
  'event_type' in value &&
  'outcome' in value &&
  'trace_id' in value;

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
