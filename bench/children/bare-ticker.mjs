import { RecordingTicker } from '../recording-ticker.mjs';

/** The ticker in a process that does nothing else, `bare-ticker.mjs INTERVAL SECONDS`: what timers are worth on this machine now. */
const [interval, seconds] = process.argv.slice(2).map(Number);
const ticker = new RecordingTicker(interval);
const end = AbortSignal.timeout(seconds * 1000);
while (await ticker.next(end));
process.send(ticker.latenessMs, () => process.disconnect());
