/** Shares that a reader is changing, before they are applied. Percentages as numbers: 5 is 5%. */
import type { MirrorView } from '../../api/index.ts';

/** The requests in no segment; no segment can be called so. */
export const EVERYONE_ELSE = '*';

export interface Share {
  /** A segment, or `EVERYONE_ELSE`. */
  readonly who: string;
  readonly percent: number;
}

export type Drafts = Readonly<Record<string, number>>;

/** As the policy has them: segments in the order in which they decide, then everyone else. */
export function sharesOf({ segments = {}, sample = '0%' }: Pick<MirrorView, 'segments' | 'sample'>): Share[] {
  return [
    ...Object.entries(segments).map(([who, share]) => ({ who, percent: readPercent(share) })),
    { who: EVERYONE_ELSE, percent: readPercent(sample) },
  ];
}

/** What differs from the policy. */
export function changedShares(shares: readonly Share[], drafts: Drafts): Array<Share & { readonly before: number }> {
  return shares.flatMap(({ who, percent }) => {
    const draft = drafts[who];
    return draft === undefined || draft === percent ? [] : [{ who, percent: draft, before: percent }];
  });
}

/** The merge patch (RFC 7396) that makes them so. */
export function patchOf(changes: readonly Share[]): { sample?: string; segments?: Record<string, string> } {
  const segments = changes.filter(({ who }) => who !== EVERYONE_ELSE);
  const sample = changes.find(({ who }) => who === EVERYONE_ELSE);
  return {
    ...(sample && { sample: writePercent(sample.percent) }),
    ...(segments.length > 0 && {
      segments: Object.fromEntries(segments.map(({ who, percent }) => [who, writePercent(percent)])),
    }),
  };
}

/** Into what a share can be: 0 to 100, no finer than Envoy's fractions (0.0001%). Undefined for what is no number. */
export function toShare(text: string): number | undefined {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return undefined;
  return Math.round(Math.min(100, Math.max(0, value)) * 10_000) / 10_000;
}

function readPercent(text: string): number {
  return toShare(text.replace('%', '')) ?? 0;
}

export function writePercent(percent: number): string {
  // Not in exponential notation, which the policy does not read.
  return `${percent.toFixed(4).replace(/\.?0+$/, '')}%`;
}
