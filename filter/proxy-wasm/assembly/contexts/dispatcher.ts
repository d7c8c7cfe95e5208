import { reset } from '../memory/scratch';
import { RootContext } from './root-context';
import { StreamContext } from './stream-context';
import { RootTable, StreamTable } from './stream-table';

/**
 * Finds the context that a callback is for, and keeps the two promises about memory: data of the host lives until the
 * callback ends, and garbage is collected only between callbacks, when no local variable can hold a reference.
 */

/** Makes the root contexts; `rootId` of the plugin is readable as the property `plugin_root_id`. */
export type RootFactory = (contextId: u32) => RootContext;

const roots = new RootTable();
const streams = new StreamTable();
let factory: RootFactory = (contextId: u32): RootContext => new RootContext(contextId);

/** Callbacks in progress: the host may call back while it serves a host call. */
let depth: i32 = 0;

/** Streams ended since the last collection. */
let ended: i32 = 0;

/** A collection visits every live object, so it is spread over at least as many streams as are alive. */
const COLLECT_EVERY: i32 = 4096;

/** To be called once at the top level of the entry file. */
export function setRootFactory(make: RootFactory): void {
  factory = make;
}

// @ts-expect-error: decorator
@inline
export function enter(): void {
  if (depth++ == 0) reset();
}

// @ts-expect-error: decorator
@inline
export function leave(): void {
  depth--;
}

/** The stream whose callback is running, or ran last. */
let current: u32 = 0;

/** `enter` of a stream's callback. */
// @ts-expect-error: decorator
@inline
export function enterStream(id: u32): void {
  current = id;
  enter();
}

/**
 * In a callback of a stream: from the next callback on, `stream` has it. So one object can look at every stream, and only
 * those that need it get an object of their own. False when this stream is not known, as after its end.
 */
export function handOver(stream: StreamContext): bool {
  return streams.replace(current, stream);
}

/** Id of the stream whose callback is running. */
export function currentStreamId(): u32 {
  return current;
}

/** Ticks and answers since the last collection: a collection visits every live object, and these make little garbage. */
let rootCallbacks: i32 = 0;

const COLLECT_EVERY_ROOT_CALLBACKS: i32 = 32;

/** `leave` of a root context's callback that comes again and again. */
export function leaveRootCallback(): void {
  if (++rootCallbacks >= COLLECT_EVERY_ROOT_CALLBACKS) leaveAndCollect();
  else leave();
}

/** `leave` of a callback that is rare and may have made garbage. */
export function leaveAndCollect(): void {
  if (--depth > 0) return;
  ended = 0;
  rootCallbacks = 0;
  __collect();
}

export function createContext(id: u32, parentId: u32): void {
  if (parentId == 0) {
    roots.add(factory(id));
    return;
  }
  const root = roots.find(parentId);
  if (root === null) return;
  const stream = root.createStream(id);
  if (stream !== null) streams.add(id, stream);
}

// @ts-expect-error: decorator
@inline
export function findStream(id: u32): StreamContext | null {
  return streams.find(id);
}

export function findRoot(id: u32): RootContext | null {
  return roots.find(id);
}

export function contextDone(id: u32): bool {
  const stream = streams.find(id);
  if (stream !== null) return stream.onDone();
  const root = roots.find(id);
  return root !== null ? root.onDone() : true;
}

export function deleteContext(id: u32): void {
  const stream = streams.take(id);
  if (stream !== null) {
    stream.onDelete();
    ended++;
    return;
  }
  const root = roots.take(id);
  if (root !== null) {
    root.onDelete();
    ended = COLLECT_EVERY + streams.count;
  }
}

/** `leave` of a deletion. */
// @ts-expect-error: decorator
@inline
export function leaveDeletion(): void {
  if (ended >= COLLECT_EVERY + streams.count) leaveAndCollect();
  else leave();
}
