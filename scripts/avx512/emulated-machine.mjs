import { spawn, spawnSync } from 'node:child_process';
import { constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReadStream } from 'node:tty';
import { SetupFailure } from '../setup/failure.mjs';

const BIOS = '/usr/share/bochs/BIOS-bochs-latest';
const VIDEO_BIOS = '/usr/share/vgabios/vgabios.bin';
const TERMINAL = '/usr/lib/x86_64-linux-gnu/bochs/plugins/libbx_term_gui.so';

/**
 * One instruction is one tick of the machine's clock, and so many are a second of its time. Real time does not matter to it: what
 * waits inside waits for so many instructions.
 */
export const INSTRUCTIONS_PER_SECOND = 200e6;
const TAIL_LINES = 14;

/** An x86_64 machine in Bochs, one processor, with a disk, a disc to boot from, and a serial line. */
export class EmulatedMachine {
  #serial;
  #log;
  #read = 0;
  #rest = '';
  /** What Bochs printed last itself. */
  #complaints = [];

  /** @param {{ folder: string, processor: string, disk: string, disc: string }} parts `folder` takes its files */
  constructor(parts) {
    this.parts = parts;
    this.#serial = join(parts.folder, 'serial.txt');
    this.#log = join(parts.folder, 'bochs.log');
  }

  /**
   * Runs it until it switches itself off.
   * @param {{ onLine: (line: string) => void, limitMinutes: number }} options `onLine` gets each line of the serial line
   * @returns how Bochs ended
   * @throws {SetupFailure} where it lasts too long
   */
  async run({ onLine, limitMinutes }) {
    const { folder } = this.parts;
    const settings = join(folder, 'bochsrc');
    const begin = join(folder, 'begin.rc');
    writeFileSync(settings, this.#settings());
    for (const file of [this.#serial, this.#log]) writeFileSync(file, '');
    // Debian's Bochs has a debugger, which waits to be told to go on.
    writeFileSync(begin, 'continue\n');
    const child = spawn('bochs-bin', ['-q', '-f', settings, '-rc', begin], {
      env: { ...process.env, TERM: 'xterm' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const lines = createInterface({ input: child.stderr });
    readDisplay(lines);
    lines.on('line', (line) => (this.#complaints = [...this.#complaints, line].slice(-TAIL_LINES)));
    const stop = () => child.kill('SIGKILL');
    process.prependOnceListener('exit', stop); // before its folder is removed
    let ended = false;
    const exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
    }).finally(() => (ended = true));
    try {
      const end = performance.now() + limitMinutes * 60_000;
      while (!ended) {
        await Promise.race([exit, sleep(500)]);
        this.#deliver(onLine);
        if (performance.now() > end)
          throw new SetupFailure(`the emulated machine was not done within ${limitMinutes} minutes`, {
            tail: this.tail(),
            remedy: 'give it longer with --limit, or this machine less to do meanwhile',
          });
      }
      return await exit;
    } finally {
      stop();
      process.off('exit', stop);
    }
  }

  #deliver(onLine) {
    const text = readFileSync(this.#serial);
    const lines = (this.#rest + text.subarray(this.#read).toString('latin1')).split('\n');
    this.#read = text.length;
    this.#rest = lines.pop();
    for (const line of lines) onLine(Buffer.from(line.trimEnd(), 'latin1').toString('utf8'));
  }

  /** What it printed last; where it never did, what Bochs says in its log, or before it has one: its settings are wrong. */
  tail() {
    const texts = [this.#serial, this.#log].map((file) => readFileSync(file, 'utf8').trim());
    const said = texts.find((text) => text !== '');
    return said === undefined ? this.#complaints : said.split('\n').slice(-TAIL_LINES);
  }

  #settings() {
    const { processor, disk, disc } = this.parts;
    return `romimage: file=${BIOS}, options=fastboot
vgaromimage: file=${VIDEO_BIOS}
display_library: term
cpu: model=${processor}, count=1, ips=${INSTRUCTIONS_PER_SECOND}, reset_on_triple_fault=0
clock: sync=none, time0=utc
memory: guest=2048, host=2048
pci: enabled=1, chipset=i440fx
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15
ata0-master: type=disk, mode=flat, path="${disk}"
ata1-master: type=cdrom, path="${disc}", status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev="${this.#serial}"
speaker: enabled=0
panic: action=fatal
log: "${this.#log}"
`;
  }
}

/**
 * Reads what the machine displays, and forgets it. Bochs makes a terminal for it and prints its name; it would wait for ever once
 * the terminal is full.
 */
function readDisplay(lines) {
  lines.on('line', (line) => {
    const terminal = /connected to screen "(.+)"/.exec(line)?.[1];
    if (terminal === undefined) return;
    const display = new ReadStream(openSync(terminal, constants.O_RDWR | constants.O_NOCTTY));
    display.on('error', () => undefined); // the machine has ended
    display.setRawMode(true).resume();
  });
}

/** @throws {SetupFailure} that names the packages which are not installed */
export function requireBochs() {
  const parts = { bochs: '/usr/bin/bochs-bin', 'bochs-term': TERMINAL, bochsbios: BIOS, vgabios: VIDEO_BIOS };
  const missing = Object.keys(parts).filter((name) => !existsSync(parts[name]));
  if (missing.length === 0) return;
  throw new SetupFailure(`no emulator with AVX-512: not installed: ${missing.join(', ')}`, {
    remedy: `apt-get install -y ${missing.join(' ')} (Debian)`,
  });
}

/** @throws {SetupFailure} where Bochs does not have the processor */
export function requireProcessor(model) {
  // The list is on standard error; the exit code is 0 whatever happens.
  const { stderr } = spawnSync('bochs-bin', ['--help', 'cpu'], { encoding: 'utf8' });
  if (stderr.split('\n').includes(model)) return;
  throw new SetupFailure(`Bochs has no processor ${model}`, { remedy: 'choose one of "bochs --help cpu"' });
}
