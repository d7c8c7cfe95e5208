/** Counts until it is killed, and says each count before the store can know it: what flusher.test.ts kills. */
import { libsqlDialect } from '../../store/index.ts';
import { ComparisonStore, Flusher } from './index.ts';

const [directory = '', intervalMs = '', everyMs = ''] = process.argv.slice(2);
const store = await ComparisonStore.open(libsqlDialect(directory, { file: 'comparison.db', durability: 'normal' }));
let pairs = 0;
new Flusher({
  source: {
    takeChanges: () => ({
      comparisonCells: [
        {
          mirror: 'orders',
          epoch: 1,
          endpoint: 'GET /orders',
          reason: 'sample',
          segment: '',
          control: 0,
          pairs,
          firstAtMs: 0,
          lastAtMs: 0,
          state: '{}',
        },
      ],
    }),
  },
  write: (changes) => store.write(changes),
  intervalMs: Number(intervalMs),
});
setInterval(() => {
  pairs += 1;
  process.stdout.write(`${JSON.stringify({ pairs })}\n`);
}, Number(everyMs));
