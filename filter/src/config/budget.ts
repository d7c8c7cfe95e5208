import { Metric, MetricType, metric } from '../../proxy-wasm/assembly/index';
import { Bucket, Budget } from '../select/budget';
import { Field } from './reader';

const LARGEST_RATE: f64 = 9007199254740991;

/** The counters by which the shadow role tells role primary what has arrived, whatever worker it is on. */
export function copiesCounter(mirror: string, role: string): Metric {
  return metric(MetricType.Counter, `shadowplane.copies.mirror.${mirror}.role.${role}`);
}

export function copiedBytesCounter(mirror: string): Metric {
  return metric(MetricType.Counter, `shadowplane.copied_bytes.mirror.${mirror}.role.candidate`);
}

const buckets = new Map<string, Bucket>();

/** Reads `budget` of a mirror; null when it has none. On a problem, which is then reported, it is not to be used. */
export function readBudget(field: Field, mirror: string): Budget | null {
  if (!field.exists || !field.object(['copiesPerSecond', 'bytesPerSecond'])) return null;
  const copies = field.get('copiesPerSecond');
  const bytes = field.get('bytesPerSecond');
  if (!copies.exists && !bytes.exists) field.fail('needs copiesPerSecond or bytesPerSecond');
  const copiesPerSecond = readRate(copies);
  const bytesPerSecond = readRate(bytes);
  if (field.problem.found) return null;
  return new Budget(
    copies.exists ? bucket('copies', mirror, copiesPerSecond, copiesCounter(mirror, 'candidate')) : null,
    bytes.exists ? bucket('bytes', mirror, bytesPerSecond, copiedBytesCounter(mirror)) : null,
  );
}

function readRate(field: Field): f64 {
  if (!field.exists) return 0;
  const rate = field.count(LARGEST_RATE);
  if (rate < 1) field.fail('must be at least 1');
  return <f64>rate;
}

/** The same one for the same rate: a change of the configuration must not fill it up again. */
function bucket(kind: string, mirror: string, perSecond: f64, counter: Metric): Bucket {
  const key = `${kind} ${mirror} ${perSecond.toString()}`;
  if (!buckets.has(key)) buckets.set(key, new Bucket(perSecond, counter));
  return buckets.get(key);
}
