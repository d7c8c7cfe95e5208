import { Bytes } from '../memory/bytes';
import { proxy_get_log_level, proxy_log } from './imports';
import { OUT_EXTRA } from './out';
import { LogLevel, Status } from './types';

/**
 * The level is asked of the host once per configuration and tick, not per line. Guard a message that has to be built:
 * `if (logs(LogLevel.Debug)) log(LogLevel.Debug, 'saw ' + name)`; below the level no string is made.
 */
let level: u32 = LogLevel.Info;

/** Called by the exports before a root context is configured or ticks. */
export function refreshLogLevel(): void {
  if (proxy_get_log_level(OUT_EXTRA) == Status.Ok) level = load<u32>(OUT_EXTRA);
}

// @ts-expect-error: decorator
@inline
export function logs(wanted: u32): bool {
  return wanted >= level;
}

export function log(wanted: u32, message: string): void {
  if (!logs(wanted)) return;
  const bytes = Bytes.of(message);
  proxy_log(wanted, bytes.address, bytes.length);
}
