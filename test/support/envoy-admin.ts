/** What Envoy says about itself: statistics from its admin interface, memory from the kernel. */
import { readFile } from 'node:fs/promises';
import { httpRequest } from './http-json.ts';

export class EnvoyAdmin {
  readonly #url: string;
  readonly #pid: () => number;

  constructor(url: string, pid: () => number) {
    this.#url = url;
    this.#pid = pid;
  }

  /** Counters and gauges whose names match, by name. */
  async stats(filter: RegExp): Promise<Record<string, number>> {
    const { text } = await httpRequest('GET', `${this.#url}/stats?filter=${encodeURIComponent(filter.source)}`);
    const entries = text
      .split('\n')
      .map((line) => /^(.+): (\d+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name, value]) => [name!, Number(value)] as const);
    return Object.fromEntries(entries);
  }

  /** Sum of the counters and gauges whose names match; 0 when there is none. */
  async sum(filter: RegExp): Promise<number> {
    return Object.values(await this.stats(filter)).reduce((total, value) => total + value, 0);
  }

  async get(path: string): Promise<string> {
    return (await httpRequest('GET', `${this.#url}${path}`)).text;
  }

  /** Statistics that move when a listener is replaced, changed or drained. Equal before and after: nothing of it happened. */
  listenerChanges(): Promise<Record<string, number>> {
    return this.stats(
      /^listener_manager\.(listener_(added|modified|removed|in_place_updated|create_success|stopped)|total_(filter_chains|listeners)_draining)$/,
    );
  }

  /** Requests that Envoy has under way to copies' clusters, waiting for a connection included. */
  copiesInFlight(): Promise<number> {
    return this.sum(/^cluster\..+(candidate|control)[/_].+\.upstream_rq(_pending)?_active$/);
  }

  /** The most memory that was ever resident since the last `resetPeakMemory`. */
  async peakMemoryMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.#pid()}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }
}
