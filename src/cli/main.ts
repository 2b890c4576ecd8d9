#!/usr/bin/env node
/**
 * The command `countersign`. Looks at the version of Node before it imports anything that an old
 * one cannot read.
 */
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `countersign needs Node 22.19 or newer and found ${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./program.ts');
  await main(process.argv.slice(2));
}
