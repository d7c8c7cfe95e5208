import { expect, it } from 'vitest';
import { Shutdown } from './shutdown.ts';

it('ends everything once, the last first, also after a step that fails', async () => {
  const ended: string[] = [];
  const shutdown = new Shutdown();
  shutdown.add(() => ended.push('first'));
  shutdown.add(() => {
    throw new Error('stuck');
  });
  shutdown.add(async () => ended.push('last'));
  await expect(shutdown.run()).rejects.toThrow('not everything could be closed');
  await shutdown.run();
  expect(ended).toEqual(['last', 'first']);
});
