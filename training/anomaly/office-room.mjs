/**
 * A made-up office: hourly temperature (°C) over eleven months, of a room that people, machines and the weather warm and that cools
 * at night and at weekends, with the readings that go missing or wrong in the field, and with two faults as a maintenance engineer
 * names them. Settings of office-temperature are chosen on such rooms (README). Each seed is another room in another climate that begins
 * on another day of the year. The ranges of a normal room were laid around NAB's probation period, no other row of it.
 *   node training/anomaly/office-room.mjs <seed> <file.csv>     prints the faults
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const hourMs = 3_600_000;
const hours = 330 * 24;
const yearHours = 365 * 24;
/** Share of the rows that a model is fitted on: no fault lies there, nor within a week after it. */
export const normalShare = 0.15;
const weekHours = 168;

/** Uniform 0..1 (mulberry32): the same seed gives the same room. */
function generator(seed) {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What the faults do. `hours` is how long they last. */
const faults = {
  /** Heating or cooling fails: the room drifts to what it is without, as slowly as it does everything, until that is repaired. */
  failing: { hours: [96, 336], draw: (u) => ({ shift: (u(0, 1) < 0.5 ? -1 : 1) * u(6, 14) }) },
  /** The sensor repeats its last reading. */
  stuck: { hours: [72, 240], draw: () => ({}) },
  /** A door or a valve stays open: within hours it is far colder, for days. */
  drop: { hours: [48, 120], draw: (u) => ({ depth: u(4, 8) }) },
  /** The control swings. */
  oscillating: { hours: [72, 240], draw: (u) => ({ amplitude: u(1, 3), periodHours: u(3, 8) }) },
};

/**
 * @param {number} seed
 * @returns {{rows: {timeMs: number, value: number}[], faults: {kind: string, fromMs: number, toMs: number}[]}}
 */
export function simulateRoom(seed) {
  const random = generator(seed);
  const uniform = (from, to) => from + (to - from) * random();
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const startHour = Math.floor(uniform(0, yearHours));

  const tau = uniform(20, 60);
  const people = uniform(4, 9);
  const quick = uniform(0.3, 1.2);
  const opens = Math.floor(uniform(0, 24));
  const openHours = Math.floor(uniform(10, 14));
  const base = uniform(18, 22);
  const season = uniform(8, 13) * uniform(0.02, 0.2);
  const weatherShare = uniform(0.1, 0.4);
  const changeovers = [uniform(90, 130) * 24, uniform(260, 300) * 24];
  const summerShift = uniform(-1, 1);
  const noiseStd = uniform(0.25, 0.8);
  const closedDays = holidays(uniform, startHour);
  const planned = plan(uniform);
  const active = (hour) => planned.find(({ from, to }) => hour >= from && hour < to);

  const rows = [];
  let [room, fast, weather, noise, drop] = [base + 0.3 * people, 0, 0, 0, 0];
  let gapUntil = 0;
  let stuckAt;
  for (let hour = -4 * weekHours; hour < hours; hour++) {
    const clock = startHour + hour;
    const day = Math.floor((clock - opens) / 24);
    const isOpen = (clock - opens + 24e6) % 24 < openHours && (day + 7e6) % 7 < 5 && !closedDays.has(day);
    const ofYear = (clock + yearHours) % yearHours;
    const fault = active(hour);
    weather += -weather / 80 + 3.5 * Math.sqrt(2 / 80) * normal();
    noise += -noise / 4 + noiseStd * Math.sqrt(2 / 4 - 1 / 16) * normal();
    const balance =
      base +
      (isOpen ? people : 0) -
      season * Math.cos((2 * Math.PI * ofYear) / yearHours) +
      (ofYear > changeovers[0] && ofYear < changeovers[1] ? summerShift : 0) +
      weatherShare * weather +
      (fault?.shift ?? 0);
    room += (balance - room) / tau;
    fast += ((isOpen ? quick : 0) - fast) / 3;
    drop += ((fault?.depth ?? 0) - drop) / (fault?.depth ? 4 : 12);
    const swing = fault?.amplitude ? fault.amplitude * Math.sin((2 * Math.PI * hour) / fault.periodHours) : 0;
    if (hour < 0) continue;
    // One reading that is wrong, each 40 days on the average: a nuisance, no fault.
    const outlier = random() < 1 / 960 ? (random() < 0.5 ? -1 : 1) * uniform(1.5, 5) : 0;
    const value = Number((room + fast + noise - drop + swing + outlier).toFixed(2));
    stuckAt = fault?.kind === 'stuck' ? (stuckAt ?? value) : undefined;
    // A gap each 25 days on the average, of an hour to four days, short ones more often.
    if (hour >= gapUntil && random() < 1 / 600) gapUntil = hour + Math.ceil(96 ** random());
    if (hour >= gapUntil) rows.push({ timeMs: (startHour + hour) * hourMs, value: stuckAt ?? value });
  }
  const time = (hour) => (startHour + hour) * hourMs;
  return {
    rows,
    faults: planned.map(({ kind, from, to }) => ({ kind, fromMs: time(from), toMs: time(to) })),
  };
}

/** Days on which nobody comes, counted from the first hour of the first year: the turn of the year and single ones. */
function holidays(uniform, startHour) {
  const days = new Set();
  const turn = Math.floor(uniform(356, 359));
  for (let year = -1; year <= 1; year++) {
    for (let day = turn; day < turn + 10; day++) days.add(year * 365 + day);
  }
  const first = Math.floor(startHour / 24);
  for (let n = 0; n < 8; n++) days.add(first + Math.floor(uniform(0, hours / 24)));
  return days;
}

/** Two faults of different kinds, more than a week apart. */
function plan(uniform) {
  const kinds = Object.keys(faults);
  const earliest = Math.ceil(hours * normalShare) + weekHours;
  for (;;) {
    const planned = [0, 1].map(() => {
      const kind = kinds[Math.floor(uniform(0, kinds.length))];
      const from = Math.floor(uniform(earliest, hours - 336));
      const to = from + Math.floor(uniform(...faults[kind].hours));
      return { kind, from, to, ...faults[kind].draw(uniform) };
    });
    const [one, two] = planned.sort((a, b) => a.from - b.from);
    if (one.kind !== two.kind && two.from - one.to > weekHours) return planned;
  }
}

/** As the CSV that `mli model fit` and the csv source read. */
export const roomCsv = (rows) =>
  ['timestamp,value', ...rows.map(({ timeMs, value }) => `${new Date(timeMs).toISOString()},${value}`)]
    .join('\n')
    .concat('\n');

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [seed, file] = process.argv.slice(2);
  const room = simulateRoom(Number(seed));
  writeFileSync(file, roomCsv(room.rows));
  for (const { kind, fromMs, toMs } of room.faults)
    console.log(`${kind}: ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`);
}
