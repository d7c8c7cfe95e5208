/** What a mirror has to say once every one of its copies has ended. */
import type { DifferenceItem, VerdictReport } from '../../../compare/report/index.ts';
import { eventually, type WholeStack } from '../../support/index.ts';

/** A half that stays alone waits for 30 s. */
export const SETTLED_MS = 60_000;

/** The verdict when `copies` have ended, one way or another. */
export async function ended({ api }: WholeStack, mirror: string, copies: number): Promise<VerdictReport> {
  const verdict = await eventually(
    async () => {
      const now = (await api.get(`/mirrors/${mirror}/verdict`)) as unknown as VerdictReport;
      const count = now.comparedInAll + Object.values(now.lost).reduce((sum, lost) => sum + lost, 0);
      return count >= copies ? now : undefined;
    },
    { timeoutMs: SETTLED_MS, intervalMs: 50, what: 'every copy to end' },
  );
  return verdict!;
}

/** Noise included. */
export async function differences({ api }: WholeStack, mirror: string): Promise<readonly DifferenceItem[]> {
  const { items } = await api.get(`/mirrors/${mirror}/differences?noise=include&limit=1000`);
  return items as readonly DifferenceItem[];
}
