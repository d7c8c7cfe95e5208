import type { EnvoyEvent } from '../../envoy/index.ts';
import { printable, type Style } from '../output/style.ts';

/** What a supervised Envoy tells, as a line for people. */
export function envoyEventText(event: EnvoyEvent, style: Style): string {
  switch (event.type) {
    case 'log': {
      const { level, logger, message } = event.line;
      const colour =
        level === 'warning' ? style.yellow : level === 'error' || level === 'critical' ? style.red : style.dim;
      return `${colour(`envoy ${level}`)} ${logger === '' ? '' : `${logger}: `}${printable(message)}`;
    }
    case 'died':
      return style.red(`Envoy ended with code ${event.exitCode}; starting it again in ${event.restartInMs} ms`);
    case 'restarted':
      return style.green(`Envoy serves again (process ${event.pid})`);
    case 'draining':
      return `waiting for ${event.requests} request${event.requests === 1 ? '' : 's'} under way (Ctrl-C again to stop at once)`;
  }
}
