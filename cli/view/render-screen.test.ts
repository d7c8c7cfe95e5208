import { expect, it } from 'vitest';
import { PLAIN } from '../output/style.ts';
import { renderScreen } from './render-screen.ts';

const figures = ['f1', 'f2', 'f3'];
const footer = ['end'];
const recent = ['r1', 'r2', 'r3', 'r4', 'r5'];

it('fills what room there is with the newest requests', () => {
  const screen = renderScreen({ figures, footer, recent, rows: 11, style: PLAIN });
  expect(screen).toEqual(['', 'Mirrored just now', '  r3', '  r4', '  r5', '', 'f1', 'f2', 'f3', '', 'end']);
});

it('keeps its height while requests come in', () => {
  const height = (count: number) =>
    renderScreen({ figures, footer, recent: recent.slice(0, count), rows: 11, style: PLAIN }).length;
  expect([0, 1, 3, 5].map(height)).toEqual([11, 11, 11, 11]);
});

it('shows two requests even on a screen that is too small', () => {
  const screen = renderScreen({ figures, footer, recent, rows: 5, style: PLAIN });
  expect(screen.slice(0, 5)).toEqual(['', 'Mirrored just now', '  r4', '  r5', '']);
});

it('has no place for requests where they are not known', () => {
  expect(renderScreen({ figures, footer, rows: 20, style: PLAIN })).toEqual(['', 'f1', 'f2', 'f3', '', 'end']);
});
