import type { Part } from './bodies-worker.ts';
import { type Answers, type Bodies, bodyRows } from './body-rows.ts';
import type { Row } from './rows.ts';

/**
 * Bodies as rows, made in a thread of its own; where the browser starts none, here.
 *
 * @returns what ends it early.
 */
export function layOutBeside(answers: Answers, onDone: (bodies: Bodies) => void): () => void {
  let isWanted = true;
  let worker: Worker | undefined;
  const end = (): void => {
    isWanted = false;
    worker?.terminate();
  };
  const here = (): void => {
    if (!isWanted) return;
    end();
    onDone(bodyRows(answers));
  };
  const beside = async (): Promise<void> => {
    const { WORKER_ADDRESS } = await import('./bodies-worker.ts');
    if (!isWanted) return;
    worker = new Worker(WORKER_ADDRESS, { type: 'module' });
    const rows: Row[] = [];
    worker.onerror = here;
    worker.onmessage = ({ data }: MessageEvent<Part>) => {
      if ('rows' in data) {
        rows.push(...data.rows);
        return;
      }
      end();
      onDone({ ...data.end, rows });
    };
    worker.postMessage(bodiesOf(answers));
  };
  beside().catch(here);
  return end;
}

/** What is needed of it there: what travels is copied. */
function bodiesOf({ primary, candidate, control, differences, noise }: Answers): Answers {
  return { primary, candidate, ...(control && { control }), differences, ...(noise && { noise }) };
}
