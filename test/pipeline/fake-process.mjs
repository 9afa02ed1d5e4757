// A fake pipeline process: speaks the protocol of src/pipeline/messages.ts and misbehaves as the mode of each pipeline (its
// source's path) says. A source that is `exclusive` holds a lock file while it is open, as a camera would.
import { closeSync, openSync, rmSync } from 'node:fs';

const seats = new Map();

class FakePipeline {
  counters = { captured: 1, inferred: 1, sourceFaults: 0, inferenceFaults: 0, outputsInvalid: 0 };
  busyMs = 0;
  frames = 0;

  constructor(seat, { spec, options }) {
    this.seat = seat;
    this.spec = spec;
    this.mode = spec.source.path;
    this.frames = options.framesBefore;
    this.model = {
      name: 'fake',
      version: spec.model?.sha256 ?? '1',
      digest: '0',
      runtime: 'dlr',
      target: 'fake',
    };
    if (this.mode === 'fails')
      return this.leave({ type: 'failed', fault: { code: 'GOLDEN_MISMATCH', message: 'so it is' } });
    this.say({ type: 'ready', model: this.model, engine: { backend: 'fake' }, passedOver: [] });
    if (!options.hold) this.go();
  }

  say(message) {
    if (process.connected) process.send({ type: 'seat', seat: this.seat, message });
  }

  leave(last) {
    clearInterval(this.timer);
    if (last) this.say(last);
    seats.delete(this.seat);
    this.say({ type: 'left' });
  }

  go() {
    if (this.mode === 'crashes') return void setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 20);
    if (this.mode === 'ends') return this.leave({ type: 'ended' });
    this.timer = setInterval(() => this.tick(), 50);
  }

  tick() {
    this.busyMs += this.mode === 'hangs' ? 5000 : 0;
    if (this.released || !this.open() || this.mode !== 'works') return;
    const frame = { id: ++this.frames, capturedAt: new Date().toISOString(), width: 1, height: 1 };
    this.say({ type: 'result', result: { model: this.model, frame, predictions: [], timingsMs: {} } });
  }

  open() {
    if (this.spec.exclusive === undefined || this.lock !== undefined) return true;
    try {
      this.lock = openSync(this.spec.exclusive, 'wx');
    } catch {
      this.counters.sourceFaults++;
      this.say({ type: 'fault', fault: { code: 'SOURCE_BUSY', message: 'another process has it' } });
    }
    return this.lock !== undefined;
  }

  close() {
    if (this.lock === undefined) return;
    closeSync(this.lock);
    rmSync(this.spec.exclusive, { force: true });
    this.lock = undefined;
  }

  receive(message) {
    if (message.type === 'go') {
      this.frames = message.framesBefore;
      this.go();
    }
    if (message.type === 'release') {
      this.released = true;
      this.close();
      this.say({ type: 'released' });
    }
    if (message.type === 'resume') this.released = false;
    if (message.type === 'stop') {
      this.close();
      this.leave();
    }
    if (message.type === 'ask') this.answer(message);
  }

  answer({ id }) {
    if (this.mode === 'never answers') return;
    if (this.mode === 'dies of a request') return process.kill(process.pid, 'SIGKILL');
    const details = { path: 'x', input: 'y' };
    this.say({ type: 'refusal', id, refusal: { code: 'INPUT_INVALID', details, message: '' } });
  }
}

const alive = setInterval(() => {
  const pulses = new Map([...seats].map(([seat, { busyMs, counters }]) => [seat, { busyMs, counters }]));
  process.send({ type: 'alive', pulses });
}, 50);
process.on('message', ({ type, seat, message }) => {
  if (type === 'leave') return process.disconnect();
  if (message.type !== 'start') return seats.get(seat)?.receive(message);
  const pipeline = new FakePipeline(seat, message);
  if (pipeline.mode !== 'fails' && pipeline.mode !== 'ends') seats.set(seat, pipeline);
});
process.on('disconnect', () => {
  clearInterval(alive);
  for (const { timer } of seats.values()) clearInterval(timer);
});
