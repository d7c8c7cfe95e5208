import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { HeaderList } from '../exchange.ts';
import type { Sender } from './ask-service.ts';

/** One request on a connection of its own. */
export const sendHttp1: Sender = ({ host, port, tls }, { method, path, headers }, sink) => {
  const options = { host, port, method, path, agent: false } as const;
  const request = tls ? tlsRequest({ ...options, ...tls }) : plainRequest(options);
  for (const [name, values] of byName(headers)) request.setHeader(name, values);
  request.on('response', (response) => {
    sink.head(response.statusCode ?? 0, pairs(response.rawHeaders));
    response.on('data', (chunk: Buffer) => {
      if (!sink.data(chunk)) response.destroy();
    });
    response.on('end', () => sink.end(pairs(response.rawTrailers)));
    response.on('error', sink.failed);
  });
  request.on('error', sink.failed);
  request.end();
  return () => void request.destroy();
};

function byName(headers: HeaderList): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}

function pairs(raw: readonly string[]): HeaderList {
  const list: Array<readonly [string, string]> = [];
  for (let at = 0; at + 1 < raw.length; at += 2) list.push([raw[at]!.toLowerCase(), raw[at + 1]!]);
  return list;
}
