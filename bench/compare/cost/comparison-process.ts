/** The comparison layer from batches to counts, as the control plane runs it, alone in a process. */
import { Registry } from 'prom-client';
import { startPipeline } from '../../../compare/pipeline/index.ts';

const MIRROR = 'orders';
const pipeline = await startPipeline({
  listen: { host: '127.0.0.1', port: 0 },
  mirrors: new Map([[MIRROR, { control: false }]]),
  registry: new Registry(),
});
process.on('message', () => {
  const counted = pipeline.tallies.mirror(MIRROR);
  const lost = Object.values(counted?.lost ?? {}).reduce((sum, count) => sum + count, 0);
  process.send!({ compared: counted?.compared ?? 0, lost });
});
process.send!({ address: pipeline.address });
