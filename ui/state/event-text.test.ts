import { expect, it } from 'vitest';
import { readEvents } from './event-text.ts';

it('names events as they become complete, and nothing of heartbeats and data', () => {
  const text = 'retry: 1000\nevent: current\ndata: {"event: x":1}\n\n:\n\nevent: rules\ndata: 1\n\nevent: env';
  expect(readEvents(text)).toEqual({ names: ['current', 'rules'], rest: 'event: env' });
  expect(readEvents('event: envoy\ndata: {}\n\n')).toEqual({ names: ['envoy'], rest: '' });
  expect(readEvents('')).toEqual({ names: [], rest: '' });
});
