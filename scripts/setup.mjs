#!/usr/bin/env node
// Readies a bare machine and this checkout: node scripts/setup.mjs --help.
// The rest is imported after the check, since an old Node could not even parse or link it.
import { nodeTooOld } from './setup/node-version.mjs';

const complaint = nodeTooOld(process.versions.node);
if (complaint) {
  console.error(complaint);
  process.exitCode = 1;
} else {
  const { main } = await import('./setup/cli.mjs');
  process.exitCode = await main(process.argv.slice(2));
}
