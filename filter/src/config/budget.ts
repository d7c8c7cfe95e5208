import { Metric, MetricType, metric } from '../../proxy-wasm/assembly/index';
import { Bucket, Budget } from '../select/budget';
import { Field } from './reader';

const LARGEST_RATE: f64 = 9007199254740991;

/** The counters by which the shadow role tells role primary what has arrived, whatever worker it is on. */
export function copiesCounter(mirror: string, role: string): Metric {
  return metric(MetricType.Counter, `shadowplane.copies.mirror.${mirror}.role.${role}`);
}

export function copiedBytesCounter(mirror: string, role: string): Metric {
  return metric(MetricType.Counter, `shadowplane.copied_bytes.mirror.${mirror}.role.${role}`);
}

const buckets = new Map<string, Bucket>();

/**
 * Reads `budget` of a mirror; null when it has none. On a problem, which is then reported, it is not to be used. Where the
 * candidate answers `users`, what is copied back to the primary uses it up as well.
 */
export function readBudget(field: Field, mirror: string, users: bool): Budget | null {
  if (!field.exists || !field.object(['copiesPerSecond', 'bytesPerSecond'])) return null;
  const copies = field.get('copiesPerSecond');
  const bytes = field.get('bytesPerSecond');
  if (!copies.exists && !bytes.exists) field.fail('needs copiesPerSecond or bytesPerSecond');
  const copiesPerSecond = readRate(copies);
  const bytesPerSecond = readRate(bytes);
  if (field.problem.found) return null;
  return new Budget(
    copies.exists ? copiesBucket(mirror, copiesPerSecond, users) : null,
    bytes.exists ? bytesBucket(mirror, bytesPerSecond, users) : null,
  );
}

function copiesBucket(mirror: string, perSecond: f64, users: bool): Bucket {
  const back = users ? copiesCounter(mirror, 'primary') : null;
  return bucket('copies', mirror, perSecond, copiesCounter(mirror, 'candidate'), back);
}

function bytesBucket(mirror: string, perSecond: f64, users: bool): Bucket {
  const back = users ? copiedBytesCounter(mirror, 'primary') : null;
  return bucket('bytes', mirror, perSecond, copiedBytesCounter(mirror, 'candidate'), back);
}

function readRate(field: Field): f64 {
  if (!field.exists) return 0;
  const rate = field.count(LARGEST_RATE);
  if (rate < 1) field.fail('must be at least 1');
  return <f64>rate;
}

/** The same one for the same rate: a change of the configuration must not fill it up again. */
function bucket(kind: string, mirror: string, perSecond: f64, counter: Metric, back: Metric | null): Bucket {
  const key = `${kind} ${mirror} ${perSecond.toString()} ${back !== null ? 'both' : 'one'}`;
  if (!buckets.has(key)) buckets.set(key, new Bucket(perSecond, counter, back));
  return buckets.get(key);
}
