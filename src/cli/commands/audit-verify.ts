import { type AuditReport, verifyAuditLog } from '../../audit/index.ts';
import { visibleInTerminal } from '../../protocol/text.ts';
import { readArguments } from '../arguments.ts';
import { EXIT } from '../exit-status.ts';
import { print, printJson } from '../output.ts';
import { UsageError } from '../usage-error.ts';

/** `countersign audit verify`: one line a file. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: files } = readArguments(args, { json: { type: 'boolean' } });
  if (files.length === 0) throw new UsageError('FILE is missing');
  const hmacKey = process.env['AUDIT_HMAC_KEY'] || undefined;
  const statuses = new Set<AuditReport['status']>();
  for (const file of files) {
    const report = await verifyAuditLog(file, { hmacKey });
    statuses.add(report.status);
    if (values.json === true) printJson({ file, ...report });
    else print(visibleInTerminal(sentence(file, report)));
  }
  return exitStatusOf(statuses);
}

/** Tampering is the worse news: a file that cannot be read must not cover it. */
function exitStatusOf(statuses: ReadonlySet<AuditReport['status']>): number {
  if (statuses.has('tampered')) return EXIT.tampered;
  return statuses.has('unreadable') ? EXIT.usage : EXIT.ok;
}

function sentence(file: string, report: AuditReport): string {
  const { status, first_problem: problem, error, torn } = report;
  if (status === 'unreadable') return `${file}: cannot be read: ${reasonIn(error, file)}`;
  const rest =
    error === undefined ? '' : `; it cannot be read to its end: ${reasonIn(error, file)}`;
  if (problem !== undefined)
    return `${file}: TAMPERED, first at line ${problem.line} (${problem.kind}): ${problem.message}${rest}`;
  const crash =
    torn === undefined
      ? ''
      : `; line ${torn.line}, the last, is torn: a crash or a write under way`;
  return `${file}: intact, ${counts(report)}${crash}`;
}

/** The report's sentence names the file too. */
const reasonIn = (error: string | undefined, file: string): string =>
  (error ?? 'no reason is known').replace(`${file}: `, () => '');

function counts({ records, chains, recovered }: AuditReport): string {
  const torn = recovered === 0 ? '' : `, ${counted(recovered, 'crash')} recovered from`;
  return `${counted(records, 'record')} in ${counted(chains, 'chain')}${torn}`;
}

const counted = (count: number, what: string): string =>
  count === 1 ? `1 ${what}` : `${count} ${what.endsWith('h') ? `${what}es` : `${what}s`}`;
