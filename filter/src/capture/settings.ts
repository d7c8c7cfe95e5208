import { Bytes } from '../../proxy-wasm/assembly/index';
import { Field } from '../config/reader';
import { HeaderNames } from './header-names';

/** A batch has at most 1 MiB, and a half has to fit into one together with its headers. */
const MAX_BODY_BYTES: f64 = 512 * 1024;
const MAX_FLUSH_MS: f64 = 60_000;
const MIN_FLUSH_MS: i64 = 10;
const MAX_MEMORY_BYTES: f64 = 1024 * 1024 * 1024;
const MIN_MEMORY_BYTES: i64 = 1024 * 1024;

const KNOWN: string[] = [
  'cluster',
  'maxBodyBytes',
  'flushIntervalMs',
  'maxMemoryBytes',
  'requestHeaders',
  'headers',
  'routesAreMarked',
  'localRepliesAreErrors',
];

/** `capture` of a configuration: what is kept of an answer and where it goes. */
export class CaptureSettings {
  readonly cluster: Bytes;
  readonly maxBodyBytes: i32;
  readonly flushIntervalMs: u32;
  readonly maxMemoryBytes: i64;
  readonly requestHeaders: HeaderNames;
  /** Null: all. */
  readonly headers: HeaderNames | null;
  readonly routesAreMarked: bool;
  readonly localRepliesAreErrors: bool;

  /** On a problem, which is then reported, the result is not to be used. */
  constructor(field: Field) {
    field.object(KNOWN);
    this.cluster = field.get('cluster').nonEmptyText();
    this.maxBodyBytes = <i32>field.get('maxBodyBytes').count(MAX_BODY_BYTES);
    this.flushIntervalMs = <u32>atLeast(field.get('flushIntervalMs'), MIN_FLUSH_MS, MAX_FLUSH_MS);
    this.maxMemoryBytes = atLeast(field.get('maxMemoryBytes'), MIN_MEMORY_BYTES, MAX_MEMORY_BYTES);
    this.requestHeaders = readNames(field.get('requestHeaders'));
    const headers = field.get('headers');
    this.headers = headers.exists ? readNames(headers) : null;
    this.routesAreMarked = readFlag(field.get('routesAreMarked'));
    this.localRepliesAreErrors = readFlag(field.get('localRepliesAreErrors'));
  }
}

function atLeast(field: Field, smallest: i64, largest: f64): i64 {
  const value = field.count(largest);
  if (field.exists && value < smallest) field.fail(`must be at least ${smallest.toString()}`);
  return value;
}

function readFlag(field: Field): bool {
  return field.exists && field.boolean();
}

function readNames(field: Field): HeaderNames {
  const names: Bytes[] = [];
  const elements = field.list();
  for (let i = 0; i < elements.length; i++) names.push(elements[i].nonEmptyText().toLowerCase());
  return new HeaderNames(names);
}
