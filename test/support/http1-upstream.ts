/** An HTTP/1.1 server over plain sockets that records the bytes it gets; upgrades to `websocket` are echoed. */
import { createServer, type Socket } from 'node:net';
import { Http1Parser, headerValue } from './http1-parser.ts';
import { type RecordedRequest, Recorder } from './recorder.ts';
import { closeWith, listenOnFreePort } from './sockets.ts';
import {
  type Answer,
  type Answering,
  jsonAnswer,
  type StreamingAnswer,
  type Upstream,
  type UpstreamOptions,
} from './upstream.ts';
import { acceptKey, WebSocketFrames } from './websocket.ts';

export async function startHttp1Upstream(options: UpstreamOptions): Promise<Upstream> {
  const recorder = new Recorder();
  const sockets = new Set<Socket>();
  const answer = options.answer ?? jsonAnswer;

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const frames = new WebSocketFrames((text) => socket.write(WebSocketFrames.encode(text, { mask: false })));
    const parser = new Http1Parser({
      kind: 'request',
      ...(options.keepBodyBytes === undefined ? {} : { keepBodyBytes: options.keepBodyBytes }),
      onHead: () => recorder.started++,
      onMessage: (message) => {
        const [method = '', path = ''] = message.startLine.split(' ');
        const request = recorder.add({ ...message, protocol: 'http1', method, path });
        const webSocketKey = headerValue(message.headers, 'sec-websocket-key');
        if (webSocketKey === undefined) answer(http1Answering(socket, request));
        else socket.write(switchingProtocols(webSocketKey));
      },
      onTunnel: (data) => frames.push(data),
    });
    socket.on('data', (chunk) => parser.push(chunk));
  });
  const port = await listenOnFreePort(server);

  return {
    name: options.name,
    port,
    address: `127.0.0.1:${port}`,
    recorder,
    get connections() {
      return sockets.size;
    },
    close: () => closeWith(server, sockets),
  };
}

function http1Answering(socket: Socket, request: RecordedRequest): Answering {
  return {
    request,
    send({ body = '', trailers, ...answer }) {
      const bytes = Buffer.from(body);
      const isHead = request.parts.method === 'HEAD';
      if (trailers === undefined) {
        socket.write(
          Buffer.concat([head(answer, `content-length: ${bytes.length}`), isHead ? Buffer.alloc(0) : bytes]),
        );
        return;
      }
      socket.write(Buffer.concat([head(answer, 'transfer-encoding: chunked'), chunk(bytes), Buffer.from('0\r\n')]));
      socket.write(`${lines(trailers)}\r\n`);
    },
    stream(answer): StreamingAnswer {
      socket.write(head(answer, 'transfer-encoding: chunked'));
      return {
        data: (data) => void (socket.writable && socket.write(chunk(Buffer.from(data)))),
        end: () => void (socket.writable && socket.write('0\r\n\r\n')),
        closed: new Promise((resolve) => socket.once('close', () => resolve())),
      };
    },
  };
}

function head({ status = 200, headers = {} }: Answer, framing: string): Buffer {
  return Buffer.from(`HTTP/1.1 ${status} OK\r\n${lines(headers)}${framing}\r\n\r\n`);
}

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

function chunk(data: Buffer): Buffer {
  if (data.length === 0) return data;
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}

function switchingProtocols(key: string): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: Upgrade',
    `sec-websocket-accept: ${acceptKey(key)}`,
    '\r\n',
  ].join('\r\n');
}
