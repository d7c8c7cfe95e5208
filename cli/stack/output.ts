import type { Context } from '../context.ts';
import { createLiveRegion, type LiveRegion } from '../output/live-region.ts';

/**
 * Where a long-running command writes. On a terminal a live region at the bottom is redrawn and all else scrolls above it;
 * otherwise plain lines; with `--json` one JSON object a line on standard output and everything else on standard error.
 */
export interface RunOutput {
  readonly mode: 'terminal' | 'lines' | 'json';
  /** A line for people. */
  line(text: string): void;
  /** A line of a log: on standard error; on a terminal that both share, above the live region. */
  log(text: string): void;
  /** An event for programs; only with `--json`. */
  event(type: string, fields: object): void;
  /** What stands at the bottom of a terminal; elsewhere nothing. */
  draw(lines: readonly string[]): void;
  end(): void;
}

export function createRunOutput(context: Context, json: boolean): RunOutput {
  if (json) {
    return {
      mode: 'json',
      line: () => {},
      log: context.note,
      event: (type, fields) => context.print(JSON.stringify({ event: type, ...fields })),
      draw: () => {},
      end: () => {},
    };
  }
  if (!context.stdout.isTTY || context.env.TERM === 'dumb') {
    const line = (text: string) => context.print(text);
    return { mode: 'lines', line, log: context.note, event: () => {}, draw: () => {}, end: () => {} };
  }
  const region: LiveRegion = createLiveRegion(context.stdout);
  process.once('exit', region.end); // no way out leaves the cursor hidden
  return {
    mode: 'terminal',
    line: region.print,
    // Both on one screen: only the region knows where lines may go. A file has them for itself.
    log: context.stderr.isTTY ? region.print : context.note,
    event: () => {},
    draw: region.draw,
    end() {
      process.off('exit', region.end);
      region.end();
    },
  };
}
