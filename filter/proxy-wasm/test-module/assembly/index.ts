/** Does one thing of the SDK per command, for sdk.test.ts: the command is the request header `do`, results are logged. */
import {
  addHeader,
  BufferType,
  Bytes,
  bufferLength,
  callForeign,
  clearRouteCache,
  continueStream,
  copyBuffer,
  currentStreamId,
  currentTimeNanoseconds,
  DataStatus,
  encodePairs,
  getBuffer,
  getHeader,
  getHeaders,
  getProperty,
  HeaderMap,
  HeadersStatus,
  handOver,
  headerMapBytes,
  httpCall,
  LogLevel,
  log,
  logs,
  MetricType,
  metric,
  Pairs,
  propertyPath,
  RootContext,
  removeHeader,
  replaceHeader,
  SharedData,
  SharedQueue,
  StreamContext,
  StreamType,
  setBuffer,
  setFilterState,
  setRootFactory,
  setTickPeriod,
  View,
} from '../../assembly/index';

export * from '../../assembly/exports/base';
export * from '../../assembly/exports/done';
export * from '../../assembly/exports/http';
export * from '../../assembly/exports/root';

const DO = Bytes.of('do');
const view = new View();

function say(text: string): void {
  log(LogLevel.Info, text);
}

class TestRoot extends RootContext {
  private ticks: i32 = 0;

  onVmStart(size: u32): bool {
    return true;
  }

  onConfigure(size: u32): bool {
    getBuffer(BufferType.PluginConfiguration, 0, size, view);
    const text = view.toString();
    getProperty(propertyPath('plugin_root_id'), view);
    say(`configured ${view.toString()} ${text}`);
    setTickPeriod(250);
    return text != 'refuse';
  }

  onTick(): void {
    this.ticks++;
    if (logs(LogLevel.Debug)) log(LogLevel.Debug, `tick ${this.ticks.toString()}`);
    const call = httpCall(
      Bytes.of('collector'),
      [Bytes.of(':method'), Bytes.of(':path'), Bytes.of(':authority')],
      [Bytes.of('POST'), Bytes.of('/batch'), Bytes.of('collector')],
      Bytes.of(`tick ${this.ticks.toString()}`),
      1000,
    );
    say(`call ${call.started.toString()} ${call.token.toString()}`);
  }

  onHttpCallResponse(token: u32, headerCount: u32, bodySize: u32, trailerCount: u32): void {
    let status = 'failed';
    if (headerCount > 0 && getHeader(HeaderMap.HttpCallResponseHeaders, Bytes.of(':status'), view)) {
      status = view.toString();
    }
    getBuffer(BufferType.HttpCallResponseBody, 0, bodySize, view);
    say(`answer ${token.toString()} ${status} ${view.toString()}`);
  }

  onQueueReady(queue: u32): void {
    const ready = new SharedQueue(queue);
    while (ready.pop(view)) say(`item ${view.toString()}`);
  }

  createStream(contextId: u32): StreamContext | null {
    return new TestStream();
  }

  onDone(): bool {
    say('root done');
    return true;
  }

  onDelete(): void {
    say('root gone');
  }
}

class OtherStream extends StreamContext {
  /** Reads a part of the body to memory of its own, and more than there is. */
  onRequestBody(size: u32, endOfStream: bool): u32 {
    const place = heap.alloc(16);
    const part = copyBuffer(BufferType.RequestBody, 1, 3, place);
    say(`${currentStreamId().toString()} copied ${String.UTF8.decodeUnsafe(place, part)}`);
    const rest = copyBuffer(BufferType.RequestBody, 2, 14, place);
    say(`copied ${rest.toString()} ${copyBuffer(BufferType.ResponseBody, 0, 16, place).toString()}`);
    heap.free(place);
    return DataStatus.Continue;
  }
}

class TestStream extends StreamContext {
  onRequestHeaders(headerCount: u32, endOfStream: bool): u32 {
    if (!getHeader(HeaderMap.RequestHeaders, DO, view)) return HeadersStatus.Continue;
    const command = view.toString();
    if (command == 'headers') changeHeaders();
    else if (command == 'pairs') listPairs();
    else if (command == 'broken-pairs') walkBrokenPairs();
    else if (command == 'shared') useSharedData();
    else if (command == 'queue') fillQueue();
    else if (command == 'metrics') useMetrics();
    else if (command == 'foreign') callEcho();
    else if (command == 'views') testViews();
    else if (command == 'state') {
      setFilterState(Bytes.of('made.here'), Bytes.of('by me'));
      clearRouteCache();
    } else if (command == 'time') say(`time ${currentTimeNanoseconds().toString()}`);
    else if (command == 'hand-over') say(`handed over ${handOver(new OtherStream()).toString()}`);
    else if (command == 'fail') throw new Error('on purpose');
    else if (command == 'stop') return HeadersStatus.StopIteration;
    return HeadersStatus.Continue;
  }

  onRequestBody(size: u32, endOfStream: bool): u32 {
    if (!endOfStream) return DataStatus.StopIterationAndBuffer;
    getBuffer(BufferType.RequestBody, 1, 3, view);
    const middle = view.toString();
    view.set(DO.address, DO.length);
    setBuffer(BufferType.RequestBody, 0, 1, view);
    say(`body ${bufferLength(BufferType.RequestBody).toString()} ${middle}`);
    continueStream(StreamType.Request);
    return DataStatus.Continue;
  }

  onLog(): void {
    say('log');
  }

  onDelete(): void {
    say('gone');
  }
}

function changeHeaders(): void {
  addHeader(HeaderMap.RequestHeaders, Bytes.of('added'), Bytes.of('1'));
  replaceHeader(HeaderMap.RequestHeaders, Bytes.of('replaced'), Bytes.of('new'));
  removeHeader(HeaderMap.RequestHeaders, Bytes.of('removed'));
  say(`bytes ${headerMapBytes(HeaderMap.RequestHeaders).toString()}`);
}

function listPairs(): void {
  const pairs = new Pairs();
  getHeaders(HeaderMap.RequestHeaders, view);
  pairs.start(view);
  while (pairs.next()) say(`${pairs.name.toString()}=${pairs.value.toString()}`);
}

function walkBrokenPairs(): void {
  const encoded = encodePairs([Bytes.of('a'), Bytes.of('b')], [Bytes.of('1'), Bytes.of('2')]);
  const pairs = new Pairs();
  for (let length = 0; length <= encoded.length; length++) {
    let count = 0;
    view.set(encoded.address, length);
    pairs.start(view);
    while (pairs.next()) count++;
    if (length == encoded.length || length == encoded.length - 1) say(`pairs ${count.toString()}`);
  }
  store<u32>(encoded.address, 0xffffffff);
  view.set(encoded.address, encoded.length);
  pairs.start(view);
  say(`next ${pairs.next().toString()}`);
}

function useSharedData(): void {
  const data = new SharedData();
  const key = Bytes.of('key');
  say(`before ${data.get(key).toString()}`);
  data.set(key, Bytes.of('one'));
  say(`after ${data.get(key).toString()} ${data.value.toString()}`);
  say(`unchanged ${data.setIfUnchanged(key, Bytes.of('two')).toString()}`);
  say(`stale ${data.setIfUnchanged(key, Bytes.of('three')).toString()}`);
}

function fillQueue(): void {
  const queue = SharedQueue.register(Bytes.of('items'));
  SharedQueue.resolve(Bytes.of(''), Bytes.of('items')).push(Bytes.of('first'));
  queue.push(Bytes.of('second'));
}

function useMetrics(): void {
  const counter = metric(MetricType.Counter, 'test.counter');
  counter.increment();
  metric(MetricType.Counter, 'test.counter').add(2);
  const gauge = metric(MetricType.Gauge, 'test.gauge');
  gauge.record(7);
  say(`metrics ${counter.value().toString()} ${gauge.value().toString()}`);
}

function callEcho(): void {
  const argument = Bytes.of('x');
  store<u8>(argument.address, 0);
  const status = callForeign(Bytes.of('echo'), argument, view);
  say(`echo ${status.toString()} ${view.length.toString()} ${view.at(0).toString()}`);
  say(`none ${callForeign(Bytes.of('nobody'), null, view).toString()} ${view.length.toString()}`);
}

function testViews(): void {
  const text = Bytes.of('abcabd');
  view.set(text.address, text.length);
  const found =
    view.equals(Bytes.of('abcabd')) &&
    !view.equals(Bytes.of('abcab')) &&
    view.startsWith(Bytes.of('abc')) &&
    !view.startsWith(Bytes.of('abcabde')) &&
    view.endsWith(Bytes.of('abd')) &&
    !view.endsWith(Bytes.of('xabcabd')) &&
    view.contains(Bytes.of('abd')) &&
    view.contains(Bytes.of('')) &&
    !view.contains(Bytes.of('abe')) &&
    view.indexOf(0x62, 2) == 4 &&
    view.indexOf(0x78, 0) == -1 &&
    view.at(6) == 0 &&
    view.at(-1) == 0 &&
    Bytes.of('MiXed-Ü').toLowerCase().toString() == 'mixed-Ü';
  say(`views ${found.toString()}`);
}

setRootFactory((contextId: u32): RootContext => new TestRoot(contextId));
