/** Takes the filter's batches and counts the answers in them. */
import { readBatch, startCaptureServer } from '../../../compare/ingest/index.ts';

const counts = { halves: 0, refused: 0 };
const server = await startCaptureServer({
  host: '127.0.0.1',
  port: 0,
  onBatch: (body) => {
    counts.halves += readBatch(body).halves.length;
    return true;
  },
  onRefused: () => {
    counts.refused += 1;
  },
});
process.on('message', () => process.send!(counts));
process.send!({ address: server.address });
