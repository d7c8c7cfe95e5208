/** The figures as Markdown. */
import { type Machine, machineLines, median, pairedRatio, percentile, table } from '../support/index.ts';
import type { Result } from './measure.ts';

const AIM_STREAMS = 1000;
const AIM_MS = 500;
const AIM_HEAP_BYTES = 60_000;

const right = (title: string) => ({ title, align: 'right' as const });

export function figures(results: readonly Result[]): string {
  const columns = [
    right('streams'),
    right('routes'),
    { title: 'changed' },
    { title: 'server' },
    right('all connected ms'),
    right('write to last ACK ms (p90)'),
    right('first response to last ACK ms'),
    right('CPU/stream us'),
    right("client's CPU us"),
    right('heap/stream kB'),
    right('RSS/stream kB'),
    right('bytes/update'),
  ];
  return table(
    columns,
    results.map((result) => [
      String(result.streams),
      String(result.routes),
      result.changed,
      result.server,
      result.connectMs.toFixed(),
      `${median(result.lastAckMs).toFixed(1)} (${percentile(result.lastAckMs, 0.9).toFixed(1)})`,
      median(result.spreadMs).toFixed(1),
      ((1000 * median(result.cpuMs)) / result.streams).toFixed(),
      ((1000 * median(result.clientsCpuMs)) / result.streams).toFixed(),
      perStream(result, result.heapBytesPerStream),
      perStream(result, result.rssBytesPerStream),
      String(result.updateBytes),
    ]),
  );
}

/** In kB. Of a few streams it would be what the process has added meanwhile. */
function perStream({ streams }: Result, bytes: number): string {
  return streams < 100 ? '' : (bytes / 1000).toFixed();
}

/** Ours over the peer's, taken within rounds. */
export function ratios(results: readonly Result[]): string {
  const rows = pairs(results).map(({ ours, peer }) => {
    const ratio = (of: (result: Result) => readonly number[]) => {
      const { value, low, high } = pairedRatio(of(ours), of(peer));
      return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
    };
    return [
      String(ours.streams),
      String(ours.routes),
      ours.changed,
      ratio(({ lastAckMs }) => lastAckMs),
      ratio(({ spreadMs }) => spreadMs),
      ratio(({ cpuMs }) => cpuMs),
    ];
  });
  if (rows.length === 0) return '';
  const titles = ['streams', 'routes', 'changed', 'write to last ACK', 'first response to last ACK', 'CPU'].map(right);
  return `shadowplane / go-control-plane, median of rounds with its 95% interval:\n\n${table(titles, rows)}`;
}

export function verdict(results: readonly Result[]): string {
  const big = results.filter(({ server, streams }) => server === 'shadowplane' && streams === AIM_STREAMS);
  const worst = (of: (result: Result) => number) => Math.max(...big.map(of));
  if (big.length === 0) return 'The aims are for 1,000 streams, which were not measured.';
  const lastAckMs = worst((result) => median(result.lastAckMs));
  const heap = worst(({ heapBytesPerStream }) => heapBytesPerStream);
  const slower = pairs(results)
    .filter(({ ours }) => ours.streams === AIM_STREAMS)
    .filter(({ ours, peer }) => pairedRatio(ours.lastAckMs, peer.lastAckMs).low > 1);
  const said = (met: boolean) => (met ? 'met' : 'missed');
  return [
    `- 1,000 streams acknowledged in under ${AIM_MS} ms: ${said(lastAckMs < AIM_MS)} (${lastAckMs.toFixed()} ms).`,
    `- No slower than go-control-plane at 1,000 streams: ${pairs(results).length === 0 ? 'not measured' : said(slower.length === 0)}.`,
    `- Heap of an idle stream under ${AIM_HEAP_BYTES / 1000} kB: ${said(heap < AIM_HEAP_BYTES)} (${(heap / 1000).toFixed()} kB).`,
  ].join('\n');
}

export function markdownReport(results: readonly Result[], machine: Machine, rounds: number): string {
  return `# Updates to many streams

Measured on ${new Date().toISOString().slice(0, 10)} by \`npm run bench:xds -- --report\`; what is measured and how: [README.md](README.md).

${figures(results)}

${ratios(results)}

${verdict(results)}

- ${rounds} updates each, both servers in turns; the clients of each in a process of their own on the same machine
${machineLines(machine).join('\n')}
`;
}

function pairs(results: readonly Result[]) {
  return results
    .filter(({ server }) => server === 'shadowplane')
    .flatMap((ours) =>
      results
        .filter((peer) => peer.server !== ours.server)
        .filter(
          ({ streams, routes, changed }) =>
            streams === ours.streams && routes === ours.routes && changed === ours.changed,
        )
        .map((peer) => ({ ours, peer })),
    );
}
