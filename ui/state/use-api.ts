/**
 * What the API answers, kept fresh: fetched once, then again when something of the topics has happened, never twice at a
 * time, at most every two seconds and not while the page is hidden. What was shown before stays until the new answer is there,
 * so nothing jumps; an error leaves it standing too.
 */
import { effect } from '@preact/signals';
import { useEffect, useReducer, useRef } from 'preact/hooks';
import { ApiError, getJson } from '../api/index.ts';
import { happened, type Topic } from './live.ts';

export interface Loaded<T> {
  /** The newest answer; undefined until there is one. */
  readonly data: T | undefined;
  /** Why the newest attempt failed; undefined when it did not. */
  readonly error: ApiError | undefined;
  readonly reload: () => void;
}

export interface UseApiOptions {
  readonly topics?: readonly Topic[];
  /** For what no event tells of. */
  readonly everyMs?: number;
}

const LEAST_GAP_MS = 2_000;
/** Answers of views that were left, so that coming back shows something at once. */
const MAX_REMEMBERED = 60;
const remembered = new Map<string, unknown>();

/** @param path as `pathOf` makes it; undefined: there is nothing to ask for. */
export function useApi<T>(path: string | undefined, { topics = [], everyMs }: UseApiOptions = {}): Loaded<T> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const key = path?.replace(/[?&]since=[^&]*/, '');
  const state = useRef<{
    key: string | undefined;
    data: T | undefined;
    error: ApiError | undefined;
    reload: () => void;
  }>({ key: undefined, data: undefined, error: undefined, reload: () => {} }).current;
  if (state.key !== key) {
    state.key = key;
    state.data = key === undefined ? undefined : (remembered.get(key) as T | undefined);
    state.error = undefined;
  }

  useEffect(() => {
    if (path === undefined || key === undefined) return;
    const ended = new AbortController();
    let isFetching = false;
    let isWanted = false;
    let lastMs = Number.NEGATIVE_INFINITY;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const fetchNow = async (): Promise<void> => {
      isFetching = true;
      isWanted = false;
      lastMs = performance.now();
      try {
        const data = await getJson<T>(path, ended.signal);
        if (ended.signal.aborted) return;
        remember(key, data);
        Object.assign(state, { data, error: undefined });
      } catch (error) {
        if (ended.signal.aborted) return;
        state.error = error instanceof ApiError ? error : new ApiError(String(error), 'UNKNOWN', 0);
      }
      isFetching = false;
      redraw(undefined);
      if (isWanted) want();
    };
    const want = (): void => {
      isWanted = true;
      if (isFetching || timer !== undefined || document.hidden) return;
      const waitMs = Math.max(0, lastMs + LEAST_GAP_MS - performance.now());
      timer = setTimeout(() => {
        timer = undefined;
        void fetchNow();
      }, waitMs);
    };
    const onVisible = (): void => {
      if (!document.hidden && isWanted) want();
    };

    state.reload = () => {
      lastMs = Number.NEGATIVE_INFINITY;
      want();
    };
    void fetchNow();
    const stopListening = effect(() => {
      if (happened(topics) > 0 && performance.now() > lastMs) want();
    });
    const interval = everyMs === undefined ? undefined : setInterval(want, everyMs);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      ended.abort();
      stopListening();
      clearTimeout(timer);
      clearInterval(interval);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [path, topics.join(), everyMs]);

  return { data: state.data, error: state.error, reload: () => state.reload() };
}

function remember(key: string, data: unknown): void {
  remembered.delete(key);
  remembered.set(key, data);
  if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
}
