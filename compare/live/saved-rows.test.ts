import { expect, it } from 'vitest';
import { cell, epoch, field } from '../report/testing.ts';
import { SavedRows } from './saved-rows.ts';

const total = (differing: number) => field('/total', { candidateOnly: differing });

it('takes what has changed since the last time, and nothing else', () => {
  const saved = new SavedRows('orders');
  const other = cell(10, [], { endpoint: 'GET /other' });
  const first = saved.take(epoch([cell(10, [total(1), field('/note', { both: 1 })]), other]));
  expect([first.cells.length, first.fields.length]).toEqual([2, 2]);
  const second = saved.take(epoch([cell(11, [total(2), field('/note', { both: 1 })]), other]));
  expect(second.cells).toMatchObject([{ mirror: 'orders', endpoint: 'GET /orders/{id}', pairs: 11 }]);
  expect(second.fields).toMatchObject([{ path: '/total', candidateOnly: 2 }]);
  expect(second.changed).toMatchObject([{ endpoint: 'GET /orders/{id}', field: { path: '/total' } }]);
  const third = saved.take(epoch([cell(11, [total(2), field('/note', { both: 1 })]), other]));
  expect([third.cells, third.fields]).toEqual([[], []]);
});

it('empties the rows of an endpoint that has gone, once', () => {
  const saved = new SavedRows('orders');
  saved.take(epoch([cell(10, [total(3)])]));
  const gone = saved.take(epoch([]));
  expect(gone.cells).toMatchObject([{ endpoint: 'GET /orders/{id}', pairs: 0 }]);
  expect(gone.fields).toMatchObject([{ path: '/total', candidateOnly: 0, controlOnly: 0, both: 0 }]);
  expect(saved.take(epoch([])).cells).toEqual([]);
});
