/** The host calls of ABI 0.2.1 and the WASI calls beside it, as the simulated host serves them. */
import { BUFFERS, type BufferName, HEADER_MAPS, LOG_LEVELS, STATUS } from './abi.ts';
import { HeaderList } from './headers.ts';
import type { SimulatedHost } from './host.ts';
import type { SimulatedStream } from './stream.ts';
import type { Callback, Imports } from './webassembly.ts';

type HostFunctions = Record<string, Callback>;

export function makeImports(host: SimulatedHost, random: (size: number) => Uint8Array): Imports {
  const env: HostFunctions = {
    ...logAndTime(host),
    ...headerMaps(host),
    ...buffers(host),
    ...properties(host),
    ...streams(host),
    ...metrics(host),
    ...shared(host),
    ...calls(host),
  };
  const wasi: HostFunctions = {
    random_get: (address, size) => {
      host.memory.writeBytes(address!, random(size! >>> 0));
      return 0;
    },
  };
  return { env: counted(host, env), wasi_snapshot_preview1: counted(host, wasi) };
}

function counted(host: SimulatedHost, functions: HostFunctions): HostFunctions {
  return Object.fromEntries(
    Object.entries(functions).map(([name, serve]) => [
      name,
      (...args: number[]) => {
        host.hostCalls.set(name, (host.hostCalls.get(name) ?? 0) + 1);
        return serve(...args);
      },
    ]),
  );
}

function currentStream(host: SimulatedHost): SimulatedStream | undefined {
  return host.streams.get(host.currentContext);
}

/** The stream or plugin whose callback is running. */
function current(host: SimulatedHost) {
  return currentStream(host) ?? host.plugins.get(host.currentContext);
}

function logAndTime(host: SimulatedHost): HostFunctions {
  return {
    proxy_log: (level, address, size) => {
      if (host.isLogged(level!)) {
        host.logs.push({ level: LOG_LEVELS[level!] ?? 'critical', message: host.memory.readText(address!, size!) });
      }
      return STATUS.ok;
    },
    proxy_get_log_level: (out) => {
      host.memory.writeU32(out!, LOG_LEVELS.indexOf(host.logLevel));
      return STATUS.ok;
    },
    proxy_get_current_time_nanoseconds: (out) => {
      host.memory.writeU64(out!, host.options.now?.() ?? BigInt(Date.now()) * 1_000_000n);
      return STATUS.ok;
    },
    proxy_set_tick_period_milliseconds: (periodMs) => {
      const plugin = host.plugins.get(host.currentContext);
      if (plugin === undefined) return STATUS.badArgument;
      plugin.tickPeriodMs = periodMs!;
      return STATUS.ok;
    },
  };
}

function headerMaps(host: SimulatedHost): HostFunctions {
  const list = (map: number | undefined) => {
    const name = HEADER_MAPS[map ?? -1];
    return name === undefined ? undefined : current(host)?.headerMaps.get(name);
  };
  /** Envoy chooses the route again after any change to the request's headers, also one without effect. */
  const changed = (map: number | undefined) => {
    const stream = currentStream(host);
    if (stream !== undefined && HEADER_MAPS[map ?? -1] === 'requestHeaders') stream.routeCacheClears++;
    return STATUS.ok;
  };
  return {
    proxy_get_header_map_value: (map, key, keySize, address, size) => {
      const value = list(map)?.get(host.memory.readText(key!, keySize!));
      return value === undefined ? STATUS.notFound : host.memory.give(value, address!, size!);
    },
    proxy_add_header_map_value: (map, key, keySize, value, valueSize) => {
      list(map)?.add(host.memory.readText(key!, keySize!), host.memory.read(value!, valueSize!));
      return changed(map);
    },
    proxy_replace_header_map_value: (map, key, keySize, value, valueSize) => {
      list(map)?.replace(host.memory.readText(key!, keySize!), host.memory.read(value!, valueSize!));
      return changed(map);
    },
    proxy_remove_header_map_value: (map, key, keySize) => {
      list(map)?.remove(host.memory.readText(key!, keySize!));
      return changed(map);
    },
    proxy_get_header_map_pairs: (map, address, size) => {
      const headers = list(map);
      return headers === undefined ? STATUS.notFound : host.memory.give(headers.encode(), address!, size!);
    },
    proxy_set_header_map_pairs: (map, address, size) => {
      const name = HEADER_MAPS[map ?? -1];
      if (name === undefined) return STATUS.badArgument;
      current(host)?.headerMaps.set(name, HeaderList.decode(host.memory.read(address!, size!)));
      return changed(map);
    },
    proxy_get_header_map_size: (map, out) => {
      const headers = list(map);
      if (headers === undefined) return STATUS.badArgument;
      host.memory.writeU32(out!, headers.byteLength);
      return STATUS.ok;
    },
  };
}

function buffers(host: SimulatedHost): HostFunctions {
  const held = (type: number | undefined) => {
    const name = BUFFERS[type ?? -1];
    return name === undefined ? undefined : current(host)?.buffers.get(name);
  };
  return {
    proxy_get_buffer_bytes: (type, start, length, address, size) => {
      const bytes = held(type);
      if (bytes === undefined) return STATUS.notFound;
      return host.memory.give(bytes.subarray(start! >>> 0, (start! >>> 0) + (length! >>> 0)), address!, size!);
    },
    proxy_get_buffer_status: (type, lengthOut, flagsOut) => {
      const bytes = held(type);
      if (bytes === undefined) return STATUS.notFound;
      host.memory.writeU32(lengthOut!, bytes.length);
      host.memory.writeU32(flagsOut!, 0);
      return STATUS.ok;
    },
    proxy_set_buffer_bytes: (type, start, length, address, size) => {
      const name: BufferName | undefined = BUFFERS[type ?? -1];
      const bytes = held(type);
      if (name === undefined || bytes === undefined) return STATUS.notFound;
      const replaced = [bytes.subarray(0, start), host.memory.read(address!, size!), bytes.subarray(start! + length!)];
      current(host)?.buffers.set(name, Buffer.concat(replaced));
      return STATUS.ok;
    },
  };
}

function properties(host: SimulatedHost): HostFunctions {
  return {
    proxy_get_property: (path, pathSize, address, size) => {
      const name = host.memory.readText(path!, pathSize!).replaceAll('\0', '.');
      if (name === 'plugin_root_id') {
        return host.memory.give(Buffer.from(host.plugins.get(host.currentContext)?.rootId ?? ''), address!, size!);
      }
      const common = host.options.properties?.[name];
      const value = currentStream(host)?.properties.get(name) ?? (common === undefined ? common : Buffer.from(common));
      return value === undefined ? STATUS.notFound : host.memory.give(value, address!, size!);
    },
    proxy_set_property: (path, pathSize, address, size) => {
      const stream = currentStream(host);
      if (stream === undefined) return STATUS.badArgument;
      const name = host.memory.readText(path!, pathSize!);
      stream.filterState.set(`wasm.${name}`, host.memory.readText(address!, size!));
      return STATUS.ok;
    },
  };
}

function streams(host: SimulatedHost): HostFunctions {
  const side = (type: number | undefined) => (type === 0 ? 'request' : 'response');
  return {
    proxy_continue_stream: (type) => {
      currentStream(host)?.continued.push(side(type));
      return STATUS.ok;
    },
    proxy_close_stream: (type) => {
      const stream = currentStream(host);
      if (stream === undefined) return STATUS.badArgument;
      stream.closed = side(type);
      return STATUS.ok;
    },
    proxy_send_local_response: (status, details, detailsSize, body, bodySize, headers, headersSize) => {
      const stream = currentStream(host);
      if (stream === undefined) return STATUS.badArgument;
      stream.localResponse = {
        status: status!,
        details: host.memory.readText(details!, detailsSize!),
        body: host.memory.readText(body!, bodySize!),
        headers: HeaderList.decode(host.memory.read(headers!, headersSize!)).toArray(),
      };
      return STATUS.ok;
    },
    proxy_set_effective_context: (context) => {
      host.currentContext = context!;
      return STATUS.ok;
    },
    proxy_done: () => STATUS.ok,
  };
}

function metrics(host: SimulatedHost): HostFunctions {
  const metric = (id: number | undefined) => host.metrics[(id ?? 0) - 1];
  return {
    proxy_define_metric: (type, name, nameSize, out) => {
      const text = host.memory.readText(name!, nameSize!);
      const known = host.metrics.findIndex((metric) => metric.name === text) + 1;
      host.memory.writeU32(out!, known || host.metrics.push({ type: type!, name: text, value: 0n }));
      return STATUS.ok;
    },
    // The offset is a 64 bit integer, which reaches JavaScript as a bigint.
    proxy_increment_metric: (id, offset) => {
      const found = metric(id);
      if (found === undefined) return STATUS.badArgument;
      found.value += BigInt(offset!);
      return STATUS.ok;
    },
    proxy_record_metric: (id, value) => {
      const found = metric(id);
      if (found === undefined) return STATUS.badArgument;
      found.value = BigInt(value!);
      return STATUS.ok;
    },
    proxy_get_metric: (id, out) => {
      const found = metric(id);
      if (found === undefined) return STATUS.badArgument;
      host.memory.writeU64(out!, found.value);
      return STATUS.ok;
    },
  };
}

function shared(host: SimulatedHost): HostFunctions {
  return {
    proxy_get_shared_data: (key, keySize, address, size, casOut) => {
      const entry = host.sharedData.get(host.memory.readText(key!, keySize!));
      if (entry === undefined) return STATUS.notFound;
      host.memory.writeU32(casOut!, entry.cas);
      return host.memory.give(entry.value, address!, size!);
    },
    proxy_set_shared_data: (key, keySize, address, size, cas) => {
      const name = host.memory.readText(key!, keySize!);
      const before = host.sharedData.get(name)?.cas ?? 0;
      if (cas !== 0 && cas !== before) return STATUS.casMismatch;
      host.sharedData.set(name, { value: host.memory.read(address!, size!), cas: before + 1 });
      return STATUS.ok;
    },
    proxy_register_shared_queue: (name, nameSize, out) => {
      const text = host.memory.readText(name!, nameSize!);
      let index = host.queues.findIndex((queue) => queue.name === text);
      if (index < 0) index = host.queues.push({ name: text, items: [], owner: host.currentContext }) - 1;
      host.memory.writeU32(out!, index + 1);
      return STATUS.ok;
    },
    proxy_resolve_shared_queue: (_vmId, _vmIdSize, name, nameSize, out) => {
      const index = host.queues.findIndex((queue) => queue.name === host.memory.readText(name!, nameSize!));
      if (index < 0) return STATUS.notFound;
      host.memory.writeU32(out!, index + 1);
      return STATUS.ok;
    },
    proxy_enqueue_shared_queue: (queue, address, size) => {
      const found = host.queues[queue! - 1];
      if (found === undefined) return STATUS.notFound;
      found.items.push(host.memory.read(address!, size!));
      return STATUS.ok;
    },
    proxy_dequeue_shared_queue: (queue, address, size) => {
      const item = host.queues[queue! - 1]?.items.shift();
      return item === undefined ? STATUS.empty : host.memory.give(item, address!, size!);
    },
  };
}

function calls(host: SimulatedHost): HostFunctions {
  return {
    proxy_http_call: (cluster, clusterSize, headers, headersSize, body, bodySize, _trailers, _size, timeoutMs, out) => {
      if (host.httpCallStatus !== STATUS.ok) return host.httpCallStatus;
      const token = host.httpCalls.length + 1;
      host.httpCalls.push({
        token,
        rootContextId: host.currentContext,
        cluster: host.memory.readText(cluster!, clusterSize!),
        headers: HeaderList.decode(host.memory.read(headers!, headersSize!)).toArray(),
        body: host.memory.read(body!, bodySize!),
        timeoutMs: timeoutMs!,
      });
      host.memory.writeU32(out!, token);
      return STATUS.ok;
    },
    proxy_call_foreign_function: (name, nameSize, argument, argumentSize, address, size) => {
      const text = host.memory.readText(name!, nameSize!);
      const stream = currentStream(host);
      if (text === 'clear_route_cache') {
        if (stream !== undefined) stream.routeCacheClears++;
        return STATUS.ok;
      }
      const serve = host.options.foreignFunctions?.[text];
      if (serve === undefined) return STATUS.notFound;
      const answer = serve(host.memory.read(argument!, argumentSize!), stream);
      if (typeof answer === 'number') return answer;
      return answer === undefined ? STATUS.ok : host.memory.give(answer, address!, size!);
    },
  };
}
