import { expect, test } from 'vitest';
import { demoHints } from './demo-hints.ts';

const FILE = '/tmp/shadowplane-demo-2ldHx5/shadowplane.yaml';
const CONTROL = '127.0.0.1:43511';

test('with the usual address nothing has to be exported', () => {
  expect(demoHints('http://127.0.0.1:8790', FILE, CONTROL).join('\n')).not.toContain('SHADOWPLANE_API');
});

test('with another address it is named, and nothing is cut at 80 columns', () => {
  const lines = demoHints('http://127.0.0.1:43509', FILE, CONTROL);
  expect(lines).toContain('  export SHADOWPLANE_API=http://127.0.0.1:43509');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
