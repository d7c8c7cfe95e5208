const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes a Ctrl-C on to its child, which has already heard it from the terminal: the same press counts once. */
const SAME_PRESS_MS = 500;

/**
 * A signal to npm alone (`kill`, a CI job that ends) reaches the shell that npm has put between itself and this process. The shell
 * dies of it and passes nothing on, so that its death is all that can be noticed here.
 */
const PARENT_CHECK_MS = 500;

const FORCED_MS = 2_000;
/** 128 + SIGINT, as in a shell. */
const EXIT_FORCED = 130;

export interface StopSignals {
  /** Aborted by the first Ctrl-C, SIGTERM, closed terminal, or end of the `npm` or `npx` that has started this: stop cleanly. */
  readonly stop: AbortSignal;
  /** Aborted by the second: stop at once. */
  readonly force: AbortSignal;
  /** Stops as if a signal had come. */
  requestStop(): void;
  /** Gives the signals back. */
  release(): void;
}

/** Undefined: it is not npm that has started this process, so whoever did may end before it. */
function parentUnderNpm(): number | undefined {
  return process.env.npm_command === undefined ? undefined : process.ppid;
}

/** Turns signals into two abort signals, so that what runs for long decides itself how it ends. */
export function listenForStop(parentPid: () => number | undefined = parentUnderNpm): StopSignals {
  const stop = new AbortController();
  const force = new AbortController();
  let firstAtMs = Number.NEGATIVE_INFINITY;
  const onSignal = () => {
    if (!stop.signal.aborted) {
      firstAtMs = performance.now();
      stop.abort();
    } else if (performance.now() - firstAtMs > SAME_PRESS_MS) {
      force.abort();
      // Whatever still holds the process then: the processes below it notice that it is gone, and go too.
      setTimeout(() => process.exit(EXIT_FORCED), FORCED_MS).unref();
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const startedBy = parentPid();
  const watch =
    startedBy === undefined
      ? undefined
      : setInterval(() => {
          if (parentPid() !== startedBy) stop.abort();
        }, PARENT_CHECK_MS).unref();
  return {
    stop: stop.signal,
    force: force.signal,
    requestStop: () => stop.abort(),
    release() {
      clearInterval(watch);
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

/** Resolves when the signal has fired. */
export function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
