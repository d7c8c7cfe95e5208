import protobuf from 'protobufjs';

/** All counters and gauges of an Envoy at one moment that are wanted here and are not zero for ever. */
export interface StatsReport {
  /** Envoy's node id. */
  readonly node: string;
  /** Of the steady clock. */
  readonly atMs: number;
  /** By Envoy's name, absolute since Envoy started. */
  readonly values: ReadonlyMap<string, number>;
  /** What was measured since the report before, by Envoy's name. */
  readonly histograms?: ReadonlyMap<string, Histogram>;
}

/** How many values were at most so large, by rising bounds; those beyond the last bound are in no bucket. */
export interface Histogram {
  readonly count: number;
  readonly buckets: ReadonlyArray<{ readonly upTo: number; readonly count: number }>;
}

/** One message of Envoy's metrics stream; only the first of a stream says who sends. */
export interface StatsMessage {
  readonly node: string | undefined;
  readonly values: ReadonlyMap<string, number>;
  readonly histograms: ReadonlyMap<string, Histogram>;
}

/** Fields of StreamMetricsMessage, Identifier, Node; of io.prometheus.client.MetricFamily, Metric, Counter and Gauge. */
const IDENTIFIER = 1;
const METRICS = 2;
const NODE = 1;
const ID = 1;
const NAME = 1;
const METRIC = 4;
const GAUGE = 2;
const COUNTER = 3;
const VALUE = 1;
const HISTOGRAM = 7;
/** Fields of Histogram and Bucket. */
const SAMPLE_COUNT = 1;
const BUCKET = 3;
const CUMULATIVE_COUNT = 1;
const UPPER_BOUND = 2;

/**
 * Reads a message of `envoy.service.metrics.v3.MetricsService/StreamMetrics`. Passed over is
 * whatever `wants` does not want: an Envoy sends every statistic that it has, of which few are of use.
 */
export function readStats(bytes: Uint8Array, wants: (name: string) => boolean): StatsMessage {
  const reader = protobuf.Reader.create(bytes);
  const values = new Map<string, number>();
  const histograms = new Map<string, Histogram>();
  let node: string | undefined;
  eachField(reader, reader.len, (field) => {
    if (field === IDENTIFIER) node = readNodeId(reader);
    else if (field === METRICS) readFamily(reader, wants, { values, histograms });
    else return false;
    return true;
  });
  return { node, values, histograms };
}

interface Found {
  readonly values: Map<string, number>;
  readonly histograms: Map<string, Histogram>;
}

function readFamily(reader: protobuf.Reader, wants: (name: string) => boolean, found: Found): void {
  const end = reader.uint32() + reader.pos;
  let name = '';
  eachField(reader, end, (field) => {
    if (field === NAME) {
      name = reader.string();
      if (!wants(name)) reader.pos = end;
    } else if (field === METRIC) {
      const value = readMetric(reader);
      if (typeof value === 'number') found.values.set(name, value);
      else if (value) found.histograms.set(name, value);
    } else return false;
    return true;
  });
}

function readMetric(reader: protobuf.Reader): number | Histogram | undefined {
  let value: number | Histogram | undefined;
  eachField(reader, reader.uint32() + reader.pos, (field) => {
    if (field === HISTOGRAM) {
      value = readHistogram(reader);
      return true;
    }
    if (field !== GAUGE && field !== COUNTER) return false;
    // A value of zero is left out on the wire.
    value = 0;
    eachField(reader, reader.uint32() + reader.pos, (inner) => {
      if (inner !== VALUE) return false;
      value = reader.double();
      return true;
    });
    return true;
  });
  return value;
}

function readHistogram(reader: protobuf.Reader): Histogram {
  const buckets: Array<{ upTo: number; count: number }> = [];
  let count = 0;
  eachField(reader, reader.uint32() + reader.pos, (field) => {
    if (field === SAMPLE_COUNT) count = Number(reader.uint64());
    else if (field === BUCKET) {
      const bucket = { upTo: 0, count: 0 };
      eachField(reader, reader.uint32() + reader.pos, (inner) => {
        if (inner === CUMULATIVE_COUNT) bucket.count = Number(reader.uint64());
        else if (inner === UPPER_BOUND) bucket.upTo = reader.double();
        else return false;
        return true;
      });
      buckets.push(bucket);
    } else return false;
    return true;
  });
  return { count, buckets };
}

function readNodeId(reader: protobuf.Reader): string {
  let id = '';
  eachField(reader, reader.uint32() + reader.pos, (field) => {
    if (field !== NODE) return false;
    eachField(reader, reader.uint32() + reader.pos, (inner) => {
      if (inner !== ID) return false;
      id = reader.string();
      return true;
    });
    return true;
  });
  return id;
}

/** @param read takes the field and answers true, or leaves it to be skipped. */
function eachField(reader: protobuf.Reader, end: number, read: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3)) reader.skipType(tag & 7);
  }
}
