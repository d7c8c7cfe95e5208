import { readOptions } from './options.ts';
import { startTraffic } from './traffic/send.ts';

/**
 * Sends orders until SIGINT or SIGTERM: `traffic.ts --url http://127.0.0.1:10000 --rate 20 [--seed 1]`. Prints figures
 * every ten seconds and at the end.
 */
const REPORT_EVERY_MS = 10_000;

const options = readOptions({ url: 'http://127.0.0.1:10000', rate: '20', seed: '1' });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());

const traffic = startTraffic({
  url: options.url,
  ratePerSecond: Number(options.rate),
  seed: Number(options.seed),
  signal: stop.signal,
});
const report = (): void => console.log(JSON.stringify(traffic.stats()));
const timer = setInterval(report, REPORT_EVERY_MS);
await traffic.done;
clearInterval(timer);
report();
