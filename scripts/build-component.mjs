#!/usr/bin/env node
// Builds a Greengrass component of this repository, as the gdk-config.json files ask for it: node scripts/build-component.mjs --help.
import { nodeTooOld } from './setup/node-version.mjs';

const complaint = nodeTooOld(process.versions.node);
if (complaint) {
  console.error(complaint);
  process.exitCode = 1;
} else {
  const { main } = await import('./package/cli.mjs');
  process.exitCode = await main(process.argv.slice(2));
}
