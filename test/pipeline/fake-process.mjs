// A fake pipeline process: speaks the protocol of src/pipeline/messages.ts and misbehaves as its mode (the source's path) says.
let timer;
let mode;
process.on('message', (message) => {
  if (message.type === 'stop') {
    clearInterval(timer);
    setImmediate(() => process.disconnect());
  }
  if (message.type === 'ask') answer(message);
  if (message.type !== 'start') return;
  mode = message.spec.source.path;
  const model = { name: 'fake', version: '1.0.0', digest: '0', runtime: 'dlr', target: 'fake' };
  const counters = { captured: 1, inferred: 1 };
  process.send({ type: 'ready', model, engine: { backend: 'fake' } });
  if (mode === 'crashes') return void setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 20);
  if (mode === 'ends') {
    process.send({ type: 'ended', counters });
    return setImmediate(() => process.disconnect());
  }
  let busyMs = 0;
  timer = setInterval(() => {
    busyMs += mode === 'hangs' ? 5000 : 0;
    process.send({ type: 'alive', busyMs, counters });
  }, 50);
});
process.on('disconnect', () => clearInterval(timer));

function answer({ id }) {
  if (mode === 'never answers') return;
  if (mode === 'dies of a request') return process.kill(process.pid, 'SIGKILL');
  const code = 'INPUT_INVALID';
  process.send({ type: 'refusal', id, refusal: { code, details: { path: 'x', input: 'y' }, message: '' } });
}
