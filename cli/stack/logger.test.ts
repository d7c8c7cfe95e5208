import { expect, it } from 'vitest';
import { PLAIN } from '../output/style.ts';
import { createLogger, logText } from './logger.ts';

it('writes text for people', async () => {
  const lines: string[] = [];
  const logger = await createLogger('info', 'text', (line) => lines.push(line), PLAIN);
  logger.debug('not shown');
  logger.warn({ node: 'edge-1', err: new Error('no such cluster') }, 'Envoy rejected the change');
  expect(lines).toEqual(['warn Envoy rejected the change: no such cluster (node edge-1)']);
});

it('writes JSON for machines, a line a record', async () => {
  const lines: string[] = [];
  const logger = await createLogger('info', 'json', (line) => lines.push(line), PLAIN);
  logger.info({ revision: 3 }, 'applied');
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 30, msg: 'applied', revision: 3 });
  expect(lines[0]).not.toContain('\n');
});

it('lets nothing that is logged steer the terminal', () => {
  const text = logText(JSON.stringify({ level: 30, msg: '\u001b[2J', path: '\u0007' }), PLAIN);
  expect(text).toBe('info \ufffd[2J (path \ufffd)');
});
