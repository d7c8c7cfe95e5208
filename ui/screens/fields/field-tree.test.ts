import { expect, it } from 'vitest';
import type { DifferenceItem, DifferenceVerdict } from '../../api/index.ts';
import { fieldTree, nodeKey, visibleNodes } from './field-tree.ts';

function item(path: string, kind: string, differing: number, verdict: DifferenceVerdict = 'different'): DifferenceItem {
  return {
    rank: 1,
    endpoint: 'GET /orders/{id}',
    path,
    kind,
    verdict,
    compared: 1_000,
    differing,
    noise: 2,
    pValue: 1 / differing,
    expectedInnocent: 0,
    isNew: false,
    sampleId: null,
    firstSeenAt: '2026-01-05T12:00:00.000Z',
    lastSeenAt: '2026-01-05T12:00:00.000Z',
    strata: [],
    class: 'defect',
  };
}

const ITEMS = [
  item('/items/*/price', 'value', 40),
  item('/items/*/price', 'missing', 2),
  item('/items/*/name', 'value', 900, 'noise'),
  item('/a~1b', 'extra', 5),
  item(':status', 'status', 3),
  item('header:cache-control', 'value', 7, 'seen'),
  item('header:etag', 'missing', 1, 'noise'),
];

it('nests fields by their path, with status, headers and body as branches', () => {
  const lines = visibleNodes(fieldTree(ITEMS), new Set()).map(
    ({ node: { name, path, totals }, depth }) =>
      `${'  '.repeat(depth)}${name} ${path} ${totals.level} ${totals.differing}`,
  );
  expect(lines).toEqual([
    'status :status different 3',
    'headers header:* seen 8',
    '  cache-control header:cache-control seen 7',
    '  etag header:etag noise 1',
    'body  different 947',
    '  items /items different 942',
    '    * /items/* different 942',
    '      price /items/*/price different 42',
    '      name /items/*/name noise 900',
    '  a/b /a~1b different 5',
  ]);
});

it('adds up kinds and noise, and closes what one does not want to see', () => {
  const tree = fieldTree(ITEMS);
  const body = tree.at(-1)!;
  expect(body.totals).toMatchObject({
    kinds: [
      ['value', 940],
      ['extra', 5],
      ['missing', 2],
    ],
    noise: 8,
    compared: 1_000,
  });
  expect(visibleNodes(tree, new Set([nodeKey(body)])).map(({ node }) => node.name)).toEqual([
    'status',
    'headers',
    'cache-control',
    'etag',
    'body',
  ]);
});

it('shows a body that is no JSON, and an endpoint without control', () => {
  const [body] = fieldTree([{ ...item(':body/*', 'value', 3), noise: null }]);
  expect(body).toMatchObject({ name: 'body', totals: { noise: null }, children: [{ name: '*', path: ':body/*' }] });
  expect(fieldTree([item('', 'type', 1)])).toMatchObject([{ name: 'body', path: '', children: [] }]);
});
