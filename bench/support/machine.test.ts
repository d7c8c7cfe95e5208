import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { describeMachine, machineLines } from './machine.ts';

test('describes the machine without naming it', () => {
  const text = machineLines(describeMachine()).join('\n');
  expect(text).toMatch(/CPU: \d+ x /);
  expect(text).toMatch(/Memory: [1-9]\d* GiB/);
  expect(text).toContain(process.version);
  expect(describeMachine().system).not.toContain(hostname());
});
