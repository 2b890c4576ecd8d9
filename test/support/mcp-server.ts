/** A program as a user would write it: an MCP server on its standard input and output. */
import { writeFileSync } from 'node:fs';
import { serveMcpStdio } from '../../src/adapters/mcp.ts';
import { createApprovals } from '../../src/index.ts';

const { TEST_PROGRESS_MS: progressMs, TEST_EXIT_FILE: exitFile, TEST_OWNER: owner } = process.env;

// Tells a test whose client hides the process how it ended; a process that is killed writes nothing.
if (exitFile !== undefined)
  process.once('exit', (status) => writeFileSync(exitFile, String(status)));

/** As a program does that has approvals and signals of its own. */
async function serveForOwner(): Promise<number> {
  await using approvals = createApprovals();
  const controller = new AbortController();
  process.once('SIGUSR2', () => controller.abort());
  return await serveMcpStdio({ approvals, signal: controller.signal });
}

process.exitCode =
  owner === undefined
    ? await serveMcpStdio({
        progressIntervalMs: progressMs === undefined ? undefined : Number(progressMs),
      })
    : await serveForOwner();
