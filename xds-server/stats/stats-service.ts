import type {
  ServerReadableStream,
  ServiceDefinition,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { steadyMs } from '../../clock/index.ts';
import { readStats, type StatsMessage, type StatsReport } from './read-report.ts';

export interface StatsListener {
  /** Which statistics are of use, by Envoy's name; the others are not even kept for the moment. */
  wants(name: string): boolean;
  report(report: StatsReport): void;
  /** The stream of an Envoy has ended: it is gone, or it cannot reach us. */
  gone(node: string): void;
}

/** An Envoy sends all its statistics in one message, about 7 kB for each cluster: room for more than 4,000 clusters. */
export const MAX_REPORT_BYTES = 32 * 1024 * 1024;

const PATH = '/envoy.service.metrics.v3.MetricsService/StreamMetrics';

/**
 * Takes the streams of Envoy's metrics sink, one for each Envoy that has `stats_sinks` in its bootstrap. An Envoy that
 * sends nonsense, or that is refused, loses its stream and opens another with its next report; others are not touched by it.
 */
export function createStatsService(
  listener: StatsListener,
  refusalOf: (node: string, call: ServerReadableStream<StatsMessage, unknown>) => string | undefined = () => undefined,
): {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
} {
  return {
    definition: {
      streamMetrics: {
        path: PATH,
        requestStream: true,
        responseStream: false,
        requestDeserialize: (bytes): StatsMessage => readStats(bytes, (name) => listener.wants(name)),
        responseSerialize: () => Buffer.alloc(0),
        // A client would need these; this server is none.
        requestSerialize: () => Buffer.alloc(0),
        responseDeserialize: (bytes) => bytes,
      },
    },
    implementation: {
      streamMetrics: (call: ServerReadableStream<StatsMessage, unknown>, answer: sendUnaryData<unknown>) => {
        let node: string | undefined;
        const leave = () => {
          if (node !== undefined) listener.gone(node);
          node = undefined;
        };
        call.on('data', (message: StatsMessage) => {
          // The first message names it; a stream is of one Envoy.
          node ??= message.node;
          if (node === undefined) {
            answer({ code: status.INVALID_ARGUMENT, details: 'the first message of a stream names its node' });
            return;
          }
          const reason = refusalOf(node, call);
          if (reason !== undefined) {
            node = undefined;
            answer({ code: status.PERMISSION_DENIED, details: reason });
            return;
          }
          listener.report({ node, atMs: steadyMs(), values: message.values, histograms: message.histograms });
        });
        call.on('end', () => {
          leave();
          answer(null, {});
        });
        for (const event of ['cancelled', 'close', 'error']) call.on(event, leave);
      },
    },
  };
}
