/**
 * A simulated pump at 20 readings a second: vibration (mm/s), temperature (°C), current (A), noise (dBFS). From `faultAt` on a bearing
 * wears out: impacts in the vibration that grow, heat, noise, and a little more current. It is a made-up machine, no measurement.
 *   node samples/pump/simulate.mjs <seconds> <fault at second, or 0> <seed> <file.csv>
 */
import { writeFileSync } from 'node:fs';

const [seconds, faultAt, seed, file] = [...process.argv.slice(2, 5).map(Number), process.argv[5]];
const rateHz = 20;
let state = seed >>> 0;
/** Uniform 0..1 (mulberry32): the same seed gives the same recording. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const lines = ['time,vibration,temperature,current,noise'];
let temperature = 41;
for (let n = 0; n < seconds * rateHz; n++) {
  const time = n / rateHz;
  const load = Math.sin((2 * Math.PI * time) / 97);
  const wear = faultAt > 0 && time > faultAt ? Math.min(1, (time - faultAt) / 60) : 0;
  // An impact each 0.7 s, as the damaged place is rolled over.
  const impact = n % 14 === 0 ? wear * (6 + 2 * random()) : 0;
  const vibration = 2 * Math.sin(2 * Math.PI * 1.6 * time) + 0.3 * load + 0.35 * normal() + impact;
  temperature += 0.002 * (41 + 1.2 * load + 14 * wear - temperature) + 0.01 * normal();
  const current = 3.2 + 0.25 * load + 0.04 * normal() + 0.2 * wear;
  const noise = -34 + 0.8 * load + 0.7 * normal() + 9 * wear + 0.6 * impact;
  const values = [vibration, temperature, current, noise].map((value) => value.toFixed(4));
  lines.push([(1_767_225_600 + time).toFixed(2), ...values].join(','));
}
writeFileSync(file, `${lines.join('\n')}\n`);
