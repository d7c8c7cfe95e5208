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

  /** Counters and gauges whose names match, by name. Envoy reads the expression as RE2, which knows no lookahead. */
  async stats(filter: RegExp): Promise<Record<string, number>> {
    const text = await this.get(`/stats?filter=${encodeURIComponent(filter.source)}`);
    const entries = text
      .split('\n')
      .map((line) => /^(.+): (\d+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name, value]) => [name!, Number(value)] as const);
    return Object.fromEntries(entries);
  }

  /** Sum of the counters and gauges whose names match. That none does is a mistake in the test, not a 0. */
  async sum(filter: RegExp): Promise<number> {
    const values = Object.values(await this.stats(filter));
    if (values.length === 0) throw new Error(`Envoy has no statistic that matches ${filter}`);
    return values.reduce((total, value) => total + value, 0);
  }

  async get(path: string): Promise<string> {
    const { status, text } = await httpRequest('GET', `${this.#url}${path}`);
    if (status !== 200) throw new Error(`Envoy's admin interface answers ${status} to ${path}: ${text}`);
    return text;
  }

  /** Statistics that move when a listener is replaced, changed or drained. Equal before and after: nothing of it happened. */
  listenerChanges(): Promise<Record<string, number>> {
    return this.stats(
      /^listener_manager\.(listener_(added|modified|removed|in_place_updated|create_success|stopped)|total_(filter_chains|listeners)_draining)$/,
    );
  }

  /** Requests that Envoy has under way to copies' clusters, waiting for a connection included. */
  async copiesInFlight(): Promise<number> {
    const copies = await this.stats(/^cluster\..+\/(candidate|control|back)\/.+\.upstream_rq(_pending)?_active$/);
    return Object.values(copies).reduce((total, value) => total + value, 0);
  }

  pid(): number {
    return this.#pid();
  }

  /** The most memory that was ever resident since the last `resetPeakMemory`. */
  async peakMemoryMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.#pid()}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }
}
