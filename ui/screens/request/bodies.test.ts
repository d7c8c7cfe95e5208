import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SampleView } from '../../api/index.ts';
import { align } from './align.ts';
import { bodyRows, whyNotCompared } from './body-rows.ts';
import { jsonRows, openRow } from './json-rows.ts';
import { type JsonNode, parseJsonText } from './json-text.ts';
import { hexRows, textRows } from './plain-rows.ts';
import { changedPart, foldRows, type Row } from './rows.ts';

function write(node: JsonNode): string {
  if (node.type === 'scalar') return node.text;
  if (node.type === 'array') return `[${node.elements.map(write).join()}]`;
  return `{${node.members.map(({ keyText, value }) => `${keyText}:${write(value)}`).join()}}`;
}

describe('JSON text', () => {
  it('keeps every scalar as it was sent', () => {
    const text = '{"id":9007199254740993,"price":1.50,"e":1e2,"s":"\\u0041","n":null,"a":[true,-0.0]}';
    expect(write(parseJsonText(text)!)).toBe(text);
  });

  it('reads any JSON, and the beginning of it', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        expect(JSON.parse(write(parseJsonText(text)!))).toEqual(JSON.parse(text));
        const container = `[${text},"x"]`;
        const cut = container.slice(0, 1 + (at % container.length));
        expect(parseJsonText(cut)?.type).toBe('array');
      }),
    );
  });

  it.each(['', 'hello', '{"a":1}x', '{a:1}', '[1 2]', `${'['.repeat(300)}`])('%j is none', (text) => {
    expect(parseJsonText(text)).toBeUndefined();
  });
});

it('aligns what is the same in the same order', () => {
  expect(align([...'abcd'], [...'axcde'])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [undefined, 4],
  ]);
  const items = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(items, items, (one, other) => {
      const partners = align(one, other);
      const indices = (side: 0 | 1) => partners.flatMap((pair) => pair[side] ?? []);
      expect(indices(0)).toEqual(one.map((_, at) => at));
      expect(indices(1)).toEqual(other.map((_, at) => at));
    }),
  );
  const long = Array.from({ length: 3_000 }, (_, at) => String(at));
  const moved = ['first', ...long.slice(0, 2_000), ...long.slice(2_001)];
  expect(
    align(long, moved).filter(([one, other]) => one !== undefined && long[one] === moved[other ?? -1]),
  ).toHaveLength(2_999);
});

const show = (rows: readonly Row[]) =>
  rows.map(({ state, cells }) => [state, ...cells.map((cell) => cell && `${cell.label ?? ''}${cell.text}`)]);
const json = (texts: string[], differences: string[] = [], noise: string[] = []) => {
  const at = (paths: string[]) => paths.map((text) => ({ kind: text.split(' ')[0]!, path: text.split(' ')[1] ?? '' }));
  return jsonRows(texts.map(parseJsonText), at(differences), at(noise));
};

describe('JSON side by side', () => {
  it('tells what is reported, noise, and held for equal', () => {
    const bodies = ['{"total":1.50,"at":1,"n":1.0}', '{"total":1.60,"at":2,"n":1}', '{"total":1.50,"at":3,"n":1.0}'];
    expect(show(json(bodies, ['value /total', 'value /at'], ['value /at']))).toEqual([
      ['equal', '{', '{', '{'],
      ['different', '"total"1.50', '"total"1.60', '"total"1.50'],
      ['noise', '"at"1', '"at"2', '"at"3'],
      ['harmless', '"n"1.0', '"n"1', '"n"1.0'],
      ['equal', '}', '}', '}'],
    ]);
  });

  it('places what only one has, whatever it holds', () => {
    const rows = json(['{"a":1,"b":{"c":2}}', '{"a":1,"d":3}'], ['missing /b', 'extra /d']);
    expect(show(rows)).toEqual([
      ['equal', '{', '{'],
      ['equal', '"a"1', '"a"1'],
      ['different', '"b"{', undefined],
      ['different', '"c"2', undefined],
      ['different', '}', undefined],
      ['different', undefined, '"d"3'],
      ['equal', '}', '}'],
    ]);
    expect(rows.flatMap(({ kinds }) => kinds)).toEqual(['missing', 'extra']);
  });

  it('pairs elements by their name, and those that may move wherever they are', () => {
    const bodies = ['[{"sku":"x","n":1},{"sku":"y","n":2}]', '[{"sku":"w","n":9},{"sku":"x","n":1},{"sku":"y","n":3}]'];
    const states = show(json(bodies, ['value /*/n', 'extra /*'])).map(([state, one, other]) => [state, one, other]);
    expect(states).toContainEqual(['different', '"n"2', '"n"3']);
    expect(states).toContainEqual(['equal', '"sku""x"', '"sku""x"']);
    expect(states).toContainEqual(['different', undefined, '"n"9']);
    const spaced = json(['[{"a":1},{"b":1}]', '[ { "b": 1 }, { "a": 1 } ]']);
    expect(show(spaced).every(([state]) => state === 'equal')).toBe(true);
    expect(show(json(['[1,2,3]', '[3,1,2]'])).every(([state]) => state === 'equal')).toBe(true);
    expect(show(json(['[1,2,3]', '[3,1,2]'], ['order '])).some(([state]) => state === 'different')).toBe(true);
  });

  it('shows other types from the same line on, and marks an array whose length differs only itself', () => {
    expect(show(json(['{"a":{"b":1}}', '{"a":[1]}'], ['type /a'])).slice(1, 4)).toEqual([
      ['different', '"a"{', '"a"['],
      ['different', '"b"1', '1'],
      ['different', '}', ']'],
    ]);
    const rows = json(['{"a":[1,2.0]}', '{"a":[1,2,3]}'], ['length /a', 'extra /a/*']);
    expect(show(rows).map(([state]) => state)).toEqual([
      'equal',
      'different',
      'equal',
      'different',
      'different',
      'equal',
      'equal',
    ]);
  });

  it('lays out of 2 MB only what differs', () => {
    const order = (at: number, total: string) =>
      `{"id":${at},"total":${total},"items":[{"sku":"s${at}","price":1.25}]}`;
    const body = (total: string) =>
      `[${Array.from({ length: 30_000 }, (_, at) => order(at, at % 1_000 ? '1.5' : total)).join()}]`;
    const bodies = [body('1.5'), body('1.6'), body('1.5')];
    const rows = jsonRows(bodies.map(parseJsonText), [{ kind: 'value', path: '/*/total' }], [], true);
    expect(rows.filter(({ state }) => state === 'different')).toHaveLength(30);
    expect(foldRows(rows, new Set()).length).toBeLessThan(500);
    expect(rows.length).toBeLessThan(31_000);
    const closed = rows.find(({ path: [at], collapsed }) => at === '1' && collapsed !== undefined);
    expect(show(openRow(closed!, [], []))).toContainEqual(['equal', '"id"1', '"id"1', '"id"1']);
  });
});

it('shows text by line and bytes by place', () => {
  const body = [{ kind: 'value', path: ':body/*' }];
  expect(show(textRows(['a\nb\nc', 'a\nx\nc'], body, []))).toEqual([
    ['equal', 'a', 'a'],
    ['different', 'b', 'x'],
    ['equal', 'c', 'c'],
  ]);
  const rows = hexRows([new Uint8Array(10).fill(65), new Uint8Array(9).fill(65)], body, []);
  expect(show(rows).map(([state]) => state)).toEqual(['equal', 'different']);
  expect(rows[1]?.cells[0]?.text).toBe('000008  41 41                    AA');
});

it('does not call equal what was not compared', () => {
  const answer = (status: number, body: string) => ({ status, body, truncated: false, ended: 'complete' });
  const sample = { primary: answer(200, '{"a":1}'), candidate: answer(500, '{"b":1}'), differences: [] };
  const { rows, note } = bodyRows(sample as unknown as SampleView);
  expect(show(rows).map(([state]) => state)).toEqual(['equal', 'uncompared', 'uncompared', 'equal']);
  expect(note).toMatch(/only one of the answers is a success/);
  const cut = { ...answer(200, '{"b":1'), truncated: true };
  expect(whyNotCompared({ ...sample, candidate: cut } as unknown as SampleView)).toMatch(/beginning/);
  expect(whyNotCompared({ ...sample, candidate: sample.primary } as unknown as SampleView)).toBeUndefined();
});

it('lays out an array of which one answer has thousands of elements more', { timeout: 30_000 }, () => {
  const answer = (elements: number) => ({ status: 200, body: `[0${',1'.repeat(elements)}]`, ended: 'complete' });
  const sample = { primary: answer(0), candidate: answer(60_000), differences: [] };
  expect(bodyRows(sample as unknown as SampleView).rows).toHaveLength(60_003);
});

it('folds equal rows, but not those around others', () => {
  const row = (state: Row['state']): Row => ({ path: [], cells: [], state, kinds: [] });
  const rows = [
    ...Array.from({ length: 10 }, () => row('equal')),
    row('different'),
    ...Array.from({ length: 10 }, () => row('equal')),
  ];
  const folded = foldRows(rows, new Set());
  expect(folded.filter(({ type }) => type === 'fold')).toEqual([
    { type: 'fold', from: 0, to: 7 },
    { type: 'fold', from: 14, to: 21 },
  ]);
  expect(folded).toHaveLength(2 + 7);
  expect(foldRows(rows, 'all')).toHaveLength(21);
  expect(foldRows(rows, new Set([rows[0]!]))).toHaveLength(15);
  expect(changedPart('12.50', '12.40')).toEqual([3, 4]);
});
