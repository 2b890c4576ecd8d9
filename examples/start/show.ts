/** What you read while it runs. */
import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { type Approvals, verifyAuditLog } from 'countersign';
import type { Ending } from './agent.ts';
import type { Folder } from './folder.ts';
import type { Options } from './options.ts';

export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Empties the line at the cursor. */
const CLEAR = '\r\u001b[2K';

const heading = (text: string): void => say(`\n${styleText('bold', text)}`);

export function showSignIn(url: string): void {
  heading('The platform is running. Open this address to decide:');
  say(`\n  ${styleText(['bold', 'cyan'], url)}`);
}

export function showRequest({ path, files }: Folder): void {
  heading('An agent wants to delete this folder:');
  say(`\n  ${path}`);
  for (const { name, bytes } of files)
    say(`    ${name.padEnd(16)} ${bytes.toLocaleString('en').padStart(8)} bytes`);
}

/** Shows until when the agent waits; at a terminal, also the time that is left. */
export function showWaiting(approvals: Approvals, decide: Options['decide']) {
  const live = process.stdout.isTTY;
  let ticks: NodeJS.Timeout | undefined;
  const stop = approvals.on('state', ({ state, deadlineAt }) => {
    if (ticks !== undefined || (state !== 'awaitingWS' && state !== 'fallbackPolling')) return;
    const until = new Date(deadlineAt).toLocaleTimeString();
    heading(`It waits for ${decide === undefined ? 'you' : 'a script'}, until ${until}.`);
    const draw = (): void => {
      if (live) process.stdout.write(`${CLEAR}  ${timeLeft(deadlineAt)} left`);
    };
    draw();
    ticks = setInterval(draw, 1_000);
  });
  return {
    end: () => {
      stop();
      clearInterval(ticks);
      if (live) process.stdout.write(CLEAR);
    },
  };
}

function timeLeft(deadlineAt: number): string {
  const seconds = Math.max(0, Math.round((deadlineAt - Date.now()) / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function showEnding({ status, message }: Ending, gone: boolean): void {
  heading(`Outcome: ${status}`);
  say(`\n  ${message}\n  The folder is ${gone ? 'gone' : 'still there'}.`);
}

/** Prints the records, one line each. @returns whether the log is intact */
export async function showAudit(path: string): Promise<boolean> {
  heading('What the audit log says:');
  say('');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  for (const line of lines) say(`  ${readable(line)}`);
  const hmacKey = process.env['AUDIT_HMAC_KEY'];
  const { status, records } = await verifyAuditLog(path, { hmacKey });
  say(`\n  The log is ${status}: ${records} records. It stays when this ends; check it yourself:`);
  say(`  npx countersign audit verify ${path}`);
  return status === 'intact';
}

interface AuditLine {
  readonly timestamp: string;
  readonly event_type: string;
  readonly outcome: string;
  readonly actor: string;
  readonly approval_id?: string;
}

function readable(line: string): string {
  const record: AuditLine = JSON.parse(line);
  const what = `${record.event_type} ${record.outcome}`.padEnd(20);
  const about = record.approval_id === undefined ? '' : `, approval ${record.approval_id}`;
  return `${new Date(record.timestamp).toLocaleTimeString()}  ${what}  by ${record.actor}${about}`;
}
