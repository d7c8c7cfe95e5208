import { setTimeout as pause } from 'node:timers/promises';
import { ShadowplaneError } from '../../errors/index.ts';
import { createEnvoyAdmin, type EnvoyAdmin } from './admin-client.ts';
import { type EnvoyProcess, startEnvoyProcess } from './envoy-process.ts';
import { backoffMs, type EnvoyEvent } from './events.ts';
import { createRepeatFilter, type EnvoyLogLine, isHarmless } from './log-line.ts';

const POLL_MS = 25;

export interface SuperviseEnvoyOptions {
  /** From `locateEnvoy`. */
  readonly path: string;
  /** Envoy's bootstrap as it will be written to a file. */
  readonly bootstrap: object;
  /** Worker threads. Default: 2. */
  readonly concurrency?: number | undefined;
  /** The listener whose address is waited for. Default: none, ready is enough. */
  readonly listener?: string | undefined;
  /** How long the first start may take until Envoy serves. Default: 30 s. */
  readonly startTimeoutMs?: number | undefined;
  /** Gives up the first start when aborted. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** How long requests under way may take when stopping. Default: 5 s. */
  readonly drainMs?: number | undefined;
  /** Between SIGTERM and SIGKILL. Default: 5 s. */
  readonly graceMs?: number | undefined;
  /** Default: `warning`. From `info` on nothing is held back as harmless or repeated. */
  readonly logLevel?: 'warning' | 'info' | 'debug' | 'trace' | undefined;
  readonly onEvent?: ((event: EnvoyEvent) => void) | undefined;
  /** Lines on Envoy's standard output, such as an access log to stdout. Default: dropped. */
  readonly onOutput?: ((line: string) => void) | undefined;
}

export interface SupervisedEnvoy {
  /** Process id of the Envoy that runs now. */
  readonly pid: number;
  /** Admin interface of the Envoy that runs now; a port of 0 may change with a restart. */
  readonly admin: EnvoyAdmin;
  /** Bound address of the listener asked for. */
  readonly listenerAddress: string | undefined;
  readonly restarts: number;
  /** Drains, then SIGTERM, then SIGKILL. A second call, or `force`, kills at once. Resolves when nothing is left. */
  stop(options?: { readonly force?: boolean }): Promise<void>;
}

/**
 * Runs Envoy until `stop`: waits until it serves, restarts it with growing pauses when it dies, passes on its warnings.
 * Envoy never outlives this process.
 *
 * @throws ShadowplaneError ENVOY_FAILED when the first start does not succeed, with Envoy's own words.
 */
export async function superviseEnvoy(options: SuperviseEnvoyOptions): Promise<SupervisedEnvoy> {
  const onEvent = options.onEvent ?? (() => {});
  const logLevel = options.logLevel ?? 'warning';
  const unseen = createRepeatFilter(() => performance.now());
  const stopping = new AbortController();
  let lastTroubles: string[] = [];
  let restarts = 0;

  const onLog = (line: EnvoyLogLine) => {
    if (line.level !== 'info' && line.level !== 'debug' && line.level !== 'trace' && !isHarmless(line)) {
      lastTroubles = [...lastTroubles, line.message].slice(-5);
    }
    if (logLevel !== 'warning') return onEvent({ type: 'log', line });
    if (isHarmless(line) || stopping.signal.aborted) return;
    const shown = unseen(line);
    if (shown) onEvent({ type: 'log', line: shown });
  };
  const start = () =>
    startEnvoyProcess({
      path: options.path,
      bootstrap: JSON.stringify(options.bootstrap),
      concurrency: options.concurrency ?? 2,
      graceMs: options.graceMs ?? 5_000,
      logLevel,
      onLog,
      onOutput: options.onOutput ?? (() => {}),
    });

  const givenUp = AbortSignal.any([
    AbortSignal.timeout(options.startTimeoutMs ?? 30_000),
    ...(options.signal ? [options.signal] : []),
  ]);
  let current = await start();
  let serving: Serving;
  try {
    serving = await untilServing(current, options.listener, givenUp);
  } catch (cause) {
    current.kill();
    await current.exited;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = ['Envoy could not be started', why, ...lastTroubles].join('\n  ');
    throw new ShadowplaneError('ENVOY_FAILED', message, { cause });
  }
  let startedAtMs = performance.now();
  const ended = keepRunning();

  async function keepRunning(): Promise<void> {
    let failures = 0;
    while (true) {
      const { exitCode } = await current.exited;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAtMs > 60_000) failures = 0;
      const waitMs = backoffMs(failures++);
      onEvent({ type: 'died', exitCode, restartInMs: waitMs });
      await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      const started = await start().catch(() => undefined);
      if (!started) continue; // could not even be spawned: counts as another failure
      current = started;
      startedAtMs = performance.now();
      if (stopping.signal.aborted) current.terminate();
      serving = await untilServing(current, options.listener, stopping.signal).catch(() => serving);
      if (stopping.signal.aborted) continue;
      restarts++;
      onEvent({ type: 'restarted', pid: current.pid });
    }
  }

  return {
    get pid() {
      return current.pid;
    },
    get admin() {
      return serving.admin;
    },
    get listenerAddress() {
      return serving.listenerAddress;
    },
    get restarts() {
      return restarts;
    },
    async stop({ force = false } = {}) {
      const again = stopping.signal.aborted;
      stopping.abort();
      if (force || again) current.kill();
      else {
        await drain(serving.admin, current, options.drainMs ?? 5_000, onEvent);
        current.terminate();
      }
      await ended;
      await current.exited;
    },
  };
}

interface Serving {
  readonly admin: EnvoyAdmin;
  readonly listenerAddress: string | undefined;
}

/** Waits until the process has bound its admin interface, has its first configuration and, if asked, the listener. */
async function untilServing(
  process: EnvoyProcess,
  listener: string | undefined,
  signal: AbortSignal,
): Promise<Serving> {
  let state = 'it did not open its admin interface';
  let exitCode: number | undefined;
  process.exited.then((exit) => {
    exitCode = exit.exitCode;
  });
  while (!signal.aborted) {
    if (exitCode !== undefined) throw new Error(`it exited with code ${exitCode}`);
    const address = await process.adminAddress();
    if (address) {
      const admin = createEnvoyAdmin(address);
      state = 'it has not received its first configuration';
      if (await admin.ready().catch(() => false)) {
        if (!listener) return { admin, listenerAddress: undefined };
        state = `its listener "${listener}" did not open`;
        const listenerAddress = (await admin.listeners().catch(() => new Map<string, string>())).get(listener);
        if (listenerAddress) return { admin, listenerAddress };
      }
    }
    await pause(POLL_MS);
  }
  throw new Error(`${state} in time`);
}

/** Closes the listeners and waits for requests under way, as long as Envoy lives and the time allows. */
async function drain(
  admin: EnvoyAdmin,
  process: EnvoyProcess,
  drainMs: number,
  onEvent: (event: EnvoyEvent) => void,
): Promise<void> {
  const deadline = performance.now() + drainMs;
  let gone = false;
  process.exited.then(() => {
    gone = true;
  });
  try {
    await admin.drainListeners();
    let told = false;
    while (!gone && performance.now() < deadline) {
      const active = await activeRequests(admin);
      if (active === 0) return;
      if (!told) onEvent({ type: 'draining', requests: active });
      told = true;
      await pause(POLL_MS);
    }
  } catch {} // an Envoy that does not answer has nothing to wait for
}

async function activeRequests(admin: EnvoyAdmin): Promise<number> {
  const stats = await admin.stats('^http\\..*\\.downstream_rq_active$');
  let active = 0;
  for (const [name, value] of stats) if (!name.startsWith('http.admin.')) active += value;
  return active;
}
