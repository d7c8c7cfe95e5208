import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type AccessLogEntry, recentLine } from '../view/recent.ts';
import { renderScreen } from '../view/render-screen.ts';
import { renderTraffic, renderTrafficLines } from '../view/render-traffic.ts';
import type { RunOutput } from './output.ts';
import type { RunningStack } from './start-stack.ts';
import { fired, type StopSignals } from './stop-signals.ts';
import { type TrafficSnapshot, watchTraffic } from './watch-traffic.ts';

const LINES_EVERY_MS = 10_000;
const KEPT_RECENT = 12;

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
    recent = [...recent, ...fresh].slice(-KEPT_RECENT);
    const { columns = 80, rows = 24 } = context.stdout;
    output.draw(
      renderScreen({
        figures: renderTraffic(snapshot.now, { style, width: columns, before: snapshot.before }),
        recent: view.takeRecent && recent.map((entry) => recentLine(entry, snapshot.mirrors, style)),
        footer: view.footer(snapshot),
        rows: rows - 1,
        style,
      }),
    );
  };
  const api = createApiClient({ api: stack.apiUrl }, { SHADOWPLANE_API_TOKEN: stack.apiToken });
  const watching = watchTraffic(api, () => stack.envoy.admin, signals.stop, show);
  await fired(signals.stop);
  await watching;
  output.end();
  output.line('stopping');
  await stack.close(signals.force);
  output.line('stopped');
  output.event('stopped', {});
}
