import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { HeaderList } from '../exchange.ts';
import type { Sender } from './ask-service.ts';

/** One stream on a connection of its own; without TLS by prior knowledge, as Envoy does. */
export const sendHttp2: Sender = ({ host, port, tls }, { method, path, headers }, sink) => {
  const name = host.includes(':') ? `[${host}]` : host;
  const session = connect(`${tls ? 'https' : 'http'}://${name}:${port}`, tls ?? {});
  session.on('error', sink.failed);
  const sent: Record<string, string | string[]> = { ':method': method, ':path': path };
  for (const [header, value] of headers) sent[header] = header in sent ? [sent[header]!, value].flat() : value;
  const stream = session.request(sent);
  let trailers: HeaderList = [];
  stream.on('response', (answered) => sink.head(Number(answered[':status'] ?? 0), pairs(answered)));
  stream.on('trailers', (received) => {
    trailers = pairs(received);
  });
  stream.on('data', (chunk: Buffer) => {
    if (!sink.data(chunk)) stream.close(constants.NGHTTP2_CANCEL);
  });
  stream.on('end', () => sink.end(trailers));
  stream.on('error', sink.failed);
  stream.end();
  return () => session.destroy();
};

function pairs(headers: IncomingHttpHeaders): HeaderList {
  return Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(':') || value === undefined ? [] : [value].flat().map((one) => [name, one] as const),
  );
}
