import { proxy_get_current_time_nanoseconds, proxy_set_tick_period_milliseconds } from './imports';
import { OUT_EXTRA } from './out';

/** Wall clock in nanoseconds since 1970. */
export function currentTimeNanoseconds(): u64 {
  store<u64>(OUT_EXTRA, 0);
  proxy_get_current_time_nanoseconds(OUT_EXTRA);
  return load<u64>(OUT_EXTRA);
}

/** From now on `RootContext.onTick` is called this often; 0 stops it. Call it from a root context's callback. */
export function setTickPeriod(periodMs: u32): u32 {
  return proxy_set_tick_period_milliseconds(periodMs);
}
