import { Agent, request as httpRequest } from 'node:http';
import { LatencyHistogram } from './latency.ts';
import { generateRequests, type TrafficRequest } from './requests.ts';

/**
 * Sends generated requests at a fixed rate, whether or not answers come (open loop): latency counts from the moment a
 * request was due, so a slow service cannot slow its own measurement down. Connections are kept alive; when too many
 * requests are in flight, further ones are left out and counted as `skipped`, so that memory stays bounded.
 */
export interface TrafficOptions {
  /** Origin such as `http://127.0.0.1:10000`. */
  readonly url: string;
  readonly ratePerSecond: number;
  /** Default 1. */
  readonly seed?: number;
  /** Ends the traffic: nothing new is sent, and what is in flight is waited for. */
  readonly signal: AbortSignal;
  /** Called once an answer is complete. */
  readonly onResponse?: (response: TrafficResponse) => void;
  /** Default 256. */
  readonly maxInFlight?: number;
}

export interface TrafficResponse {
  readonly request: TrafficRequest;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly latencyMs: number;
  /** When it was sent, by `performance.now()`. */
  readonly sentAtMs: number;
}

export interface TrafficStats {
  readonly sent: number;
  readonly answered: number;
  /** Requests without an answer: refused or broken connections, timeouts. */
  readonly failed: number;
  /** The same by what went wrong: `ECONNRESET`. */
  readonly failures: Readonly<Record<string, number>>;
  readonly skipped: number;
  readonly inFlight: number;
  /** Answers by status code. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
}

export interface Traffic {
  stats(): TrafficStats;
  /** Resolves with the final figures when the signal has fired and nothing is in flight any more. */
  readonly done: Promise<TrafficStats>;
}

const TICK_MS = 5;
/** After a stall of the sending process, no more than this much of the backlog is caught up on. */
const MAX_BACKLOG_MS = 1000;
const TIMEOUT_MS = 15_000;

export function startTraffic(options: TrafficOptions): Traffic {
  const { ratePerSecond, seed = 1, signal, onResponse, maxInFlight = 256 } = options;
  if (!(ratePerSecond > 0)) throw new RangeError(`ratePerSecond must be above 0, not ${ratePerSecond}`);
  const url = new URL(options.url);
  const agent = new Agent({ keepAlive: true, maxSockets: maxInFlight });
  const requests = generateRequests(seed);
  const latencies = new LatencyHistogram();
  const statuses: Record<string, number> = {};
  const failures: Record<string, number> = {};
  const counts = { sent: 0, answered: 0, failed: 0, skipped: 0, inFlight: 0 };

  const stats = (): TrafficStats => ({
    ...counts,
    statuses: { ...statuses },
    failures: { ...failures },
    latencyMs: {
      p50: latencies.quantileMs(0.5),
      p95: latencies.quantileMs(0.95),
      p99: latencies.quantileMs(0.99),
    },
  });

  const done = new Promise<TrafficStats>((resolve) => {
    const intervalMs = 1000 / ratePerSecond;
    let nextDueMs = performance.now();

    const finishIfIdle = (): void => {
      if (!signal.aborted || counts.inFlight > 0) return;
      agent.destroy();
      resolve(stats());
    };

    const settle = (): void => {
      counts.inFlight--;
      finishIfIdle();
    };

    const sendOne = (dueMs: number): void => {
      const request = requests.next().value;
      if (counts.inFlight >= maxInFlight) {
        counts.skipped++;
        return;
      }
      counts.sent++;
      counts.inFlight++;
      const sentAtMs = performance.now();
      exchange(url, agent, request).then(
        ({ status, headers }) => {
          const latencyMs = performance.now() - dueMs;
          counts.answered++;
          statuses[status] = (statuses[status] ?? 0) + 1;
          latencies.add(latencyMs);
          settle();
          onResponse?.({ request, status, headers, latencyMs, sentAtMs });
        },
        ({ code, message }: NodeJS.ErrnoException) => {
          counts.failed++;
          failures[code ?? message] = (failures[code ?? message] ?? 0) + 1;
          settle();
        },
      );
    };

    const tick = (): void => {
      const nowMs = performance.now();
      nextDueMs = Math.max(nextDueMs, nowMs - MAX_BACKLOG_MS);
      for (; nextDueMs <= nowMs; nextDueMs += intervalMs) sendOne(nextDueMs);
    };

    const timer = setInterval(tick, TICK_MS);
    const stop = (): void => {
      clearInterval(timer);
      finishIfIdle();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

  return { stats, done };
}

function exchange(url: URL, agent: Agent, { method, path, headers, body }: TrafficRequest) {
  return new Promise<Pick<TrafficResponse, 'status' | 'headers'>>((resolve, reject) => {
    const request = httpRequest(
      new URL(path, url),
      {
        method,
        agent,
        timeout: TIMEOUT_MS,
        headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      },
      (response) => {
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
        response.resume();
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    request.on('error', reject);
    request.end(body);
  });
}
