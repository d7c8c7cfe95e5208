/**
 * A proxy-wasm host in Node: runs a compiled module as Envoy would, as far as filter logic can tell the difference. It
 * offers exactly the host calls in `imports.ts` (a module that needs others is refused, as Envoy refuses it), keeps what
 * the module did for tests to look at, and counts host calls, which are what a filter's speed is made of.
 */
import { readFile } from 'node:fs/promises';
import { type BufferName, type HeaderMapName, LOG_LEVELS, type LogLevel } from './abi.ts';
import { type BytesLike, toBytes } from './bytes.ts';
import { HeaderList } from './headers.ts';
import { makeImports } from './imports.ts';
import { GuestMemory } from './memory.ts';
import { type Headers, SimulatedStream } from './stream.ts';
import { type Callback, compileWasm, type Exports, instantiateWasm, type Memory, type Module } from './webassembly.ts';

/** A function beside the ABI. Answer bytes, nothing, or the status of the failure. */
export type ForeignFunction = (
  argument: Buffer,
  stream: SimulatedStream | undefined,
) => Uint8Array | number | undefined;

export interface SimulatedHostOptions {
  /** Default: `info`. */
  readonly logLevel?: LogLevel;
  /** Default: only `clear_route_cache`, which every host has. */
  readonly foreignFunctions?: Readonly<Record<string, ForeignFunction>>;
  /** Wall clock in nanoseconds since 1970. Default: the machine's. */
  readonly now?: () => bigint;
  /** Default: a fixed pattern that differs from host to host. */
  readonly random?: (size: number) => Uint8Array;
  /** Those of another host, when both are VMs of one Envoy: it has one metric of each name. Default: its own. */
  readonly metrics?: Metric[];
  /** Readable in every context. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface HttpCallRecord {
  readonly token: number;
  readonly rootContextId: number;
  readonly cluster: string;
  readonly headers: Array<[string, string]>;
  readonly body: Buffer;
  readonly timeoutMs: number;
}

export interface Metric {
  readonly type: number;
  readonly name: string;
  value: bigint;
}

let hosts = 0;

export class SimulatedHost {
  readonly logs: Array<{ level: LogLevel; message: string }> = [];
  readonly metrics: Metric[];
  readonly sharedData = new Map<string, { value: Buffer; cas: number }>();
  readonly queues: Array<{ name: string; items: Buffer[]; owner: number }> = [];
  readonly httpCalls: HttpCallRecord[] = [];
  /** What the next calls of `proxy_http_call` answer; not 0: the call is not made. */
  httpCallStatus = 0;
  /** Host calls made so far, by name. */
  readonly hostCalls = new Map<string, number>();
  readonly streams = new Map<number, SimulatedStream>();
  readonly plugins = new Map<number, SimulatedPlugin>();
  readonly memory: GuestMemory;
  /** Context whose host calls are being served. */
  currentContext = 0;
  logLevel: LogLevel;
  private nextContextId = 1;
  private readonly exports: Exports;

  readonly options: SimulatedHostOptions;

  private constructor(module: Module, options: SimulatedHostOptions) {
    this.options = options;
    this.logLevel = options.logLevel ?? 'info';
    this.metrics = options.metrics ?? [];
    hosts++;
    const seed = hosts;
    const random = options.random ?? ((size) => Uint8Array.from({ length: size }, (_, i) => (seed * 31 + i * 7) & 255));
    const instance: { exports?: Exports } = {};
    const exported = (name: string) => instance.exports?.[name];
    this.memory = new GuestMemory(
      () => exported('memory') as Memory,
      (size) => ((exported('malloc') ?? exported('proxy_on_memory_allocate')) as Callback)(size) >>> 0,
    );
    instance.exports = instantiateWasm(module, makeImports(this, random));
    this.exports = instance.exports;
    if (!('proxy_abi_version_0_2_1' in this.exports)) throw new Error('the module does not speak ABI 0.2.1');
    this.invoke('_initialize', []);
  }

  static async load(wasmPath: string, options: SimulatedHostOptions = {}): Promise<SimulatedHost> {
    return new SimulatedHost(await compileWasm(await readFile(wasmPath)), options);
  }

  /** Starts a plugin as Envoy does for each configuration. `accepted` says whether the module took it. */
  startPlugin(configuration: BytesLike, rootId = ''): SimulatedPlugin {
    const plugin = new SimulatedPlugin(this, this.nextContextId++, toBytes(configuration), rootId);
    this.plugins.set(plugin.contextId, plugin);
    this.call('proxy_on_context_create', plugin.contextId, 0);
    plugin.start();
    return plugin;
  }

  createStream(plugin: SimulatedPlugin): SimulatedStream {
    const stream = new SimulatedStream(this, this.nextContextId++);
    this.streams.set(stream.contextId, stream);
    this.call('proxy_on_context_create', stream.contextId, plugin.contextId);
    return stream;
  }

  /** Calls a callback if the module exports it; Envoy, too, skips what is not there. */
  call(callback: string, contextId: number, ...args: number[]): number | undefined {
    const before = this.currentContext;
    this.currentContext = contextId;
    try {
      return this.invoke(callback, [contextId, ...args]);
    } finally {
      this.currentContext = before;
      if (callback === 'proxy_on_delete') this.streams.delete(contextId);
    }
  }

  private invoke(name: string, args: number[]): number | undefined {
    const callback = this.exports[name];
    return typeof callback === 'function' ? callback(...args) : undefined;
  }

  /** Value of a metric by name; undefined when the module has not defined it. */
  metric(name: string): number | undefined {
    const found = this.metrics.find((metric) => metric.name === name);
    return found === undefined ? undefined : Number(found.value);
  }

  messages(level: LogLevel): string[] {
    return this.logs.filter((line) => line.level === level).map((line) => line.message);
  }

  isLogged(level: number): boolean {
    return level >= LOG_LEVELS.indexOf(this.logLevel);
  }

  /** Number of host calls since the last reset. */
  get hostCallCount(): number {
    return [...this.hostCalls.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** One plugin: a root context with its configuration. */
export class SimulatedPlugin {
  readonly headerMaps = new Map<HeaderMapName, HeaderList>();
  readonly buffers = new Map<BufferName, Buffer>();
  accepted = false;
  tickPeriodMs = 0;

  readonly contextId: number;
  readonly rootId: string;
  private readonly host: SimulatedHost;

  constructor(host: SimulatedHost, contextId: number, configuration: Buffer, rootId: string) {
    this.host = host;
    this.contextId = contextId;
    this.rootId = rootId;
    this.buffers.set('pluginConfiguration', configuration);
  }

  start(): void {
    const size = this.buffers.get('pluginConfiguration')?.length ?? 0;
    const started = this.host.call('proxy_on_vm_start', this.contextId, 0) !== 0;
    this.accepted = started && this.host.call('proxy_on_configure', this.contextId, size) !== 0;
  }

  /** A new stream through this plugin. */
  stream(): SimulatedStream {
    return this.host.createStream(this);
  }

  /** A whole request: its headers, and the end of its stream unless the caller goes on with it. */
  request(headers: Headers, endOfStream = true): SimulatedStream {
    const stream = this.stream();
    stream.requestHeaders(headers, endOfStream);
    return stream;
  }

  tick(): void {
    this.host.call('proxy_on_tick', this.contextId);
  }

  /** Answers a HTTP call of this plugin. Without headers the call has failed. */
  answerHttpCall(token: number, headers: Headers = [], body: BytesLike = ''): void {
    const list = new HeaderList(headers);
    const bytes = toBytes(body);
    this.headerMaps.set('httpCallResponseHeaders', list);
    this.buffers.set('httpCallResponseBody', bytes);
    this.host.call('proxy_on_http_call_response', this.contextId, token, list.toArray().length, bytes.length, 0);
  }

  /** The configuration is replaced or the listener goes away. */
  stop(): void {
    if (this.host.call('proxy_on_done', this.contextId) === 0) return;
    this.host.call('proxy_on_delete', this.contextId);
    this.host.plugins.delete(this.contextId);
  }
}
