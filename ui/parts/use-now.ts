import { useEffect, useState } from 'preact/hooks';

const TICK_MS = 5_000;

/** The time, for "40 s ago"; draws anew every five seconds. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
