import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type AccessLogEntry, recentLine } from '../view/recent.ts';
import { renderTraffic, renderTrafficLines } from '../view/render-traffic.ts';
import type { RunOutput } from './output.ts';
import type { RunningStack } from './start-stack.ts';
import { fired, type StopSignals } from './stop-signals.ts';
import { type TrafficSnapshot, watchTraffic } from './watch-traffic.ts';

const LINES_EVERY_MS = 10_000;

export interface RunView {
  /** Mirrored requests since the last call, oldest first; shown above the figures. */
  readonly takeRecent?: (() => readonly AccessLogEntry[]) | undefined;
  /** Lines below the figures. */
  readonly footer: (snapshot: TrafficSnapshot) => readonly string[];
  /** How often plain lines are printed where there is no terminal. Default: every 10 s. */
  readonly linesEveryMs?: number | undefined;
  /** Further fields of the `traffic` event of `--json`. */
  readonly extraFields?: (() => object) | undefined;
}

/** Shows live what is mirrored until the first stop signal, then ends everything. */
export async function runUntilStopped(
  context: Context,
  output: RunOutput,
  stack: RunningStack,
  signals: StopSignals,
  view: RunView,
): Promise<void> {
  const { style } = context;
  let recent: AccessLogEntry[] = [];
  let linesAtMs = 0;
  let lastLines = '';
  const show = (snapshot: TrafficSnapshot) => {
    const fresh = view.takeRecent?.() ?? [];
    if (output.mode === 'json') {
      output.event('traffic', { mirrors: snapshot.now, recent: fresh, ...view.extraFields?.() });
      return;
    }
    if (output.mode === 'lines') {
      for (const entry of fresh.slice(-3)) output.line(recentLine(entry, snapshot.mirrors, style));
      if (performance.now() - linesAtMs < (view.linesEveryMs ?? LINES_EVERY_MS)) return;
      const lines = renderTrafficLines(snapshot.now);
      if (lines.join('\n') !== lastLines) for (const line of lines) output.line(line);
      lastLines = lines.join('\n');
      linesAtMs = performance.now();
      return;
    }
    recent = [...recent, ...fresh].slice(-8);
    const recentLines = view.takeRecent
      ? [
          style.bold('Mirrored just now'),
          ...recent.map((entry) => `  ${recentLine(entry, snapshot.mirrors, style)}`),
          '',
        ]
      : [];
    const width = context.stdout.columns ?? 80;
    const figures = renderTraffic(snapshot.now, { style, width, before: snapshot.before });
    output.draw(['', ...recentLines, ...figures, '', ...view.footer(snapshot)]);
  };
  const watching = watchTraffic(createApiClient(stack.apiUrl), () => stack.envoy.admin, signals.stop, show);
  await fired(signals.stop);
  await watching;
  output.end();
  output.line('stopping');
  await stack.close(signals.force);
  output.line('stopped');
  output.event('stopped', {});
}
