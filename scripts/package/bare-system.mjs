import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from '../setup/failure.mjs';
import { onPath, runTool } from '../setup/tool.mjs';

/** What a device must have beyond Debian's smallest system (docs/packaging.md). */
const PACKAGES = ['libstdc++6'];

/**
 * The Debian mirror that this machine is set up for.
 * @throws {SetupFailure} where its apt has none
 */
function debianMirror() {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ];
  const addresses = files
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => [...line.matchAll(/https?:\/\/\S+/g)].map(([address]) => address));
  const mirror = addresses.find((address) => /\/debian\/?$/.test(address));
  if (mirror) return mirror;
  throw new SetupFailure('apt has no Debian mirror here', { remedy: 'name one with --mirror' });
}

/** @throws {SetupFailure} without root */
export function requireRoot() {
  if (process.getuid?.() === 0) return;
  throw new SetupFailure('debootstrap and chroot need root', { remedy: 'run it as root, or in a container' });
}

/** @throws {SetupFailure} where it is not installed */
export function requireDebootstrap() {
  if (onPath('debootstrap')) return;
  throw new SetupFailure('debootstrap was not found', { remedy: 'apt-get install -y debootstrap' });
}

/** A bare Debian 12 in a folder: nothing but the smallest system and the packages that the documentation names. */
export class BareSystem {
  #scripts = 0;

  constructor(folder) {
    this.folder = folder;
  }

  get isMade() {
    return (
      existsSync(join(this.folder, 'etc', 'debian_version')) && !existsSync(join(this.folder, 'debootstrap'))
    );
  }

  /** @param {{ mirror?: string, log: string }} options */
  async make({ mirror = debianMirror(), log }) {
    requireRoot();
    requireDebootstrap();
    const options = ['--variant=minbase', `--include=${PACKAGES.join(',')}`, '--arch=amd64', 'bookworm'];
    await runTool('debootstrap', [...options, this.folder, mirror], { log });
  }

  /** Adds a user without rights, as the ones that nuclei run components as. @returns {{ uid: number, gid: number }} */
  addUser(name) {
    const isThere = readFileSync(join(this.folder, 'etc', 'passwd'), 'utf8').includes(`\n${name}:`);
    if (!isThere)
      execFileSync('chroot', [this.folder, 'useradd', '--system', '--user-group', '--no-create-home', name]);
    const id = (flag) =>
      Number(execFileSync('chroot', [this.folder, 'id', flag, name], { encoding: 'utf8' }));
    return { uid: id('-u'), gid: id('-g') };
  }

  /**
   * Starts a shell script in the system, in a mount namespace of its own: what is mounted for it ends with it. The process is the
   * script's: exec in the script makes it the program's.
   * @param {string} script
   * @param {{ user: string, cwd: string, env: Record<string, string>, mounts?: Record<string, string>,
   *   stdio?: import('node:child_process').StdioOptions }} options `mounts`: folder inside → folder of this machine, read-only
   */
  start(script, { user, cwd, env, mounts = {}, stdio = 'inherit' }) {
    const binds = Object.entries(mounts).map(([inside, outside]) => {
      mkdirSync(join(this.folder, inside), { recursive: true });
      return `mount --bind -o ro ${quoted(outside)} ${quoted(join(this.folder, inside))}`;
    });
    // A file of its own for each: a shell reads its script while it runs.
    const file = `/step-${++this.#scripts}.sh`;
    writeFileSync(join(this.folder, file), `cd ${quoted(cwd)} || exit 1\n${script}\n`);
    const lines = [
      'set -e',
      `mount -t proc proc ${quoted(join(this.folder, 'proc'))}`,
      `mount --bind /dev ${quoted(join(this.folder, 'dev'))}`,
      ...binds,
      `exec chroot --userspec=${user}:${user} ${quoted(this.folder)} /bin/sh ${file}`,
    ];
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    return spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', lines.join('\n')], {
      env: { PATH: path, ...env },
      stdio,
    });
  }
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
