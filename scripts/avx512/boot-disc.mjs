import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SetupFailure } from '../setup/failure.mjs';
import { askTool, onPath, runTool } from '../setup/tool.mjs';
import { INSTRUCTIONS_PER_SECOND } from './emulated-machine.mjs';

/** What reads a disk of the emulated chipset, and its file system. */
const MODULES = ['ata_piix', 'sd_mod', 'crc32c_intel', 'crc32c_generic', 'ext4'];
const ISOLINUX = '/usr/lib/ISOLINUX/isolinux.bin';
const LOADER = '/usr/lib/syslinux/modules/bios/ldlinux.c32';

/** The first process: mounts the disk and hands over to the script on it. */
const init = (script) => `#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
for module in /modules/*; do /bin/busybox insmod "$module"; done
while [ ! -b /dev/sda ]; do /bin/busybox usleep 20000; done
/bin/busybox mount -t ext4 -o noatime /dev/sda /root
/bin/busybox mount --move /dev /root/dev
/bin/busybox mount --move /proc /root/proc
exec /bin/busybox switch_root /root /bin/sh ${script}
`;

const KERNEL_OPTIONS = [
  'initrd=initrd console=ttyS0,115200 quiet panic=-1 random.trust_cpu=on mitigations=off',
  // The time stamp counter counts instructions. What the processor says of its frequency is that of the real one.
  `tsc=reliable clocksource=tsc tsc_early_khz=${INSTRUCTIONS_PER_SECOND / 1000}`,
  // Bochs 2.7 gives a wrong size for the compacted format, on which Linux would give up AVX.
  'noxsaves clearcpuid=xsavec',
  // The same addresses, so the same instructions, every time.
  'nokaslr norandmaps',
];

const BOOT_MENU = `default prove
label prove
  kernel vmlinuz
  append ${KERNEL_OPTIONS.join(' ')}
`;

/**
 * Makes a disc that boots Debian's kernel and runs a script of the first disk.
 * @param {{ folder: string, script: string, log: string }} options `folder` takes the parts; `script` is a path on the disk
 * @returns {Promise<string>} path of the .iso
 * @throws {SetupFailure} where apt does not have the parts, or a tool fails
 */
export async function makeBootDisc({ folder, script, log }) {
  const parts = join(folder, 'parts');
  const disc = join(folder, 'disc');
  mkdirSync(parts, { recursive: true });
  mkdirSync(disc, { recursive: true });
  for (const name of [await kernelPackage(), 'busybox-static']) {
    await runTool('apt-get', ['download', name], { cwd: parts, log, remedy: 'apt-get update' });
  }
  for (const file of readdirSync(parts).filter((name) => name.endsWith('.deb'))) {
    await runTool('dpkg-deb', ['--extract', file, 'unpacked'], { cwd: parts, log, append: true });
  }
  const unpacked = join(parts, 'unpacked');
  const kernel = readdirSync(join(unpacked, 'boot')).find((name) => name.startsWith('vmlinuz-'));
  copyFileSync(join(unpacked, 'boot', kernel), join(disc, 'vmlinuz'));
  const first = join(parts, 'first');
  await layOutFirst(first, unpacked, kernel.slice('vmlinuz-'.length), script);
  const pack = 'cd "$1" && find . | cpio --quiet -o -H newc | gzip -1 > "$2"';
  await runTool('sh', ['-ec', pack, 'sh', first, join(disc, 'initrd')], { log, append: true });

  copyFileSync(ISOLINUX, join(disc, 'isolinux.bin'));
  copyFileSync(LOADER, join(disc, 'ldlinux.c32'));
  writeFileSync(join(disc, 'isolinux.cfg'), BOOT_MENU);
  const iso = join(folder, 'boot.iso');
  const boot = [
    '-b',
    'isolinux.bin',
    '-c',
    'boot.cat',
    '-no-emul-boot',
    '-boot-load-size',
    '4',
    '-boot-info-table',
  ];
  await runTool('xorriso', ['-as', 'mkisofs', '-quiet', '-o', iso, ...boot, disc], { log, append: true });
  return iso;
}

/** The root file system that the kernel begins with: a shell, and the modules in the order that they need each other. */
async function layOutFirst(first, unpacked, release, script) {
  for (const name of ['bin', 'modules', 'root', 'dev', 'proc'])
    mkdirSync(join(first, name), { recursive: true });
  copyFileSync(join(unpacked, 'bin', 'busybox'), join(first, 'bin', 'busybox'));
  await askTool('depmod', ['--basedir', unpacked, release]);
  const files = new Set();
  for (const name of MODULES) {
    const lines = await askTool('modprobe', [
      '--set-version',
      release,
      '--dirname',
      unpacked,
      '--show-depends',
      name,
    ]);
    for (const line of lines.split('\n').filter((text) => text.startsWith('insmod ')))
      files.add(line.slice('insmod '.length).trim());
  }
  for (const [index, file] of [...files].entries())
    copyFileSync(file, join(first, 'modules', `${String(index).padStart(2, '0')}-${basename(file)}`));
  writeFileSync(join(first, 'init'), init(script));
  chmodSync(join(first, 'init'), 0o755);
}

/** What linux-image-amd64, which is empty itself, stands for. */
async function kernelPackage() {
  const needs = await askTool('apt-cache', ['depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(needs)?.[1];
  if (name) return name;
  throw new SetupFailure('apt knows no kernel of Debian for amd64 here', {
    remedy: 'run it on Debian, after apt-get update',
  });
}

/** @throws {SetupFailure} that names the packages which are not installed */
export function requireDiscTools() {
  const programs = {
    'apt-get': 'apt',
    'dpkg-deb': 'dpkg',
    depmod: 'kmod',
    cpio: 'cpio',
    xorriso: 'xorriso',
  };
  const missing = Object.entries(programs).flatMap(([program, name]) => (onPath(program) ? [] : [name]));
  if (!existsSync(ISOLINUX)) missing.push('isolinux');
  if (!existsSync(LOADER)) missing.push('syslinux-common');
  if (missing.length === 0) return;
  throw new SetupFailure(`a bootable disc cannot be made: not installed: ${missing.join(', ')}`, {
    remedy: `apt-get install -y ${missing.join(' ')}`,
  });
}
