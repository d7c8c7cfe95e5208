import type { Style } from '../output/style.ts';

export interface ScreenParts {
  /** Mirrored requests, newest last; absent where they are not known. */
  readonly recent?: readonly string[] | undefined;
  readonly figures: readonly string[];
  readonly footer: readonly string[];
  /** How many lines there is room for. */
  readonly rows: number;
  readonly style: Style;
}

const FEWEST_RECENT = 2;
const MOST_RECENT = 12;

/**
 * The live view from top to bottom. Figures and footer come first; as many of the newest requests are shown as there is
 * room left, always the same number, so that nothing jumps while they come in.
 */
export function renderScreen({ recent, figures, footer, rows, style }: ScreenParts): string[] {
  const below = [...figures, '', ...footer];
  if (!recent) return ['', ...below];
  const room = Math.min(MOST_RECENT, Math.max(FEWEST_RECENT, rows - below.length - 3));
  const shown = recent.slice(-room);
  const empty = Array<string>(room - shown.length).fill('');
  return ['', style.bold('Mirrored just now'), ...shown.map((line) => `  ${line}`), ...empty, '', ...below];
}
