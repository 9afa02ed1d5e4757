import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where the proof's own files are in the guest. */
const FOLDER = '/srv/avx512';
/** The script that the guest runs, and nothing else. */
export const SCRIPT = `${FOLDER}/run.sh`;

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** What runs in the guest: steps in their order, each reported on the serial line with its output and exit code. */
export class Guest {
  #steps = [];

  /** @param {string} folder of the guest's root on this machine */
  constructor(folder) {
    this.folder = folder;
    mkdirSync(join(folder, FOLDER), { recursive: true });
  }

  /** Puts a file into the guest. @returns {string} its path there */
  addFile(file) {
    const inside = `${FOLDER}/${basename(file)}`;
    copyFileSync(file, join(this.folder, inside));
    return inside;
  }

  /** @param {string} name @param {readonly string[]} command @param {{ input?: string }} [options] `input` is its standard input */
  addStep(name, command, { input = '' } = {}) {
    const words = command.map(quoted).join(' ');
    this.#steps.push(`begin ${name}; printf %s ${quoted(input)} | ${words} 2>&1; end ${name} $?`);
  }

  /** The steps as a shell script, which GuestLog understands. */
  script() {
    const lines = [
      'begin() { echo "@begin $1"; }',
      'end() { echo; echo "@end $1 $2 $(cut -d" " -f1 /proc/uptime)"; }',
      ...this.#steps,
      'echo "@done"',
    ];
    return `${lines.join('\n')}\n`;
  }

  /** Writes what the machine runs: the steps, and its end. What was printed goes out before it is switched off. */
  write() {
    const before = [
      'export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/root; cd /root',
      'mount -t sysfs sys /sys; mount -t tmpfs tmp /tmp; stty -F /dev/console -opost',
    ];
    const after = ['sync; sleep 1; echo o > /proc/sysrq-trigger; sleep 60'];
    const text = [...before, this.script(), ...after].join('\n');
    writeFileSync(join(this.folder, SCRIPT), `${text}\n`);
  }
}

/** What a step printed and how it ended. */
export class GuestLog {
  /** @type {Map<string, { lines: string[], code?: number }>} */
  steps = new Map();
  isDone = false;
  #current;

  /** @param {{ began?: (name: string) => void, ended?: (name: string, code: number, seconds: number) => void }} listener */
  constructor({ began = () => undefined, ended = () => undefined } = {}) {
    this.listener = { began, ended };
  }

  /** Takes a line of the serial line. */
  add(line) {
    const [word, name, code, seconds] = line.split(' ');
    if (word === '@begin') {
      this.#current = { lines: [] };
      this.steps.set(name, this.#current);
      this.listener.began(name);
    } else if (word === '@end') {
      this.#current.code = Number(code);
      this.#current = undefined;
      this.listener.ended(name, Number(code), Number(seconds));
    } else if (word === '@done') {
      this.isDone = true;
    } else {
      this.#current?.lines.push(line);
    }
  }
}
