import { describe, expect, it } from 'vitest';
import { deepMerge, touches } from './merge.ts';

describe('deepMerge', () => {
  it('merges objects field by field and replaces everything else', () => {
    expect(deepMerge({ a: { x: 1, y: 2 }, list: [1, 2] }, { a: { y: 3, z: 4 }, list: [3] })).toEqual({
      a: { x: 1, y: 3, z: 4 },
      list: [3],
    });
  });

  it('takes a field in either spelling, so that it never stands there twice', () => {
    expect(deepMerge({ connect_timeout: '1s' }, { connectTimeout: '2s' })).toEqual({ connect_timeout: '2s' });
  });

  it('leaves keys alone that are no field of ours', () => {
    expect(deepMerge({ metadata: {} }, { metadata: { myKey: 1 } })).toEqual({ metadata: { myKey: 1 } });
  });

  it('removes a field that is null', () => {
    expect(deepMerge({ a: 1, b: 2 }, { a: null })).toEqual({ b: 2 });
  });

  it('replaces a message of another type', () => {
    const merged = deepMerge({ any: { '@type': 'x', a: 1 } }, { any: { '@type': 'y', b: 1 } });
    expect(merged).toEqual({ any: { '@type': 'y', b: 1 } });
  });

  it('merges into a message of the same type', () => {
    const merged = deepMerge({ any: { '@type': 'x', a: 1 } }, { any: { '@type': 'x', b: 1 } });
    expect(merged).toEqual({ any: { '@type': 'x', a: 1, b: 1 } });
  });

  it('changes neither of its arguments', () => {
    const base = { a: { x: 1 } };
    deepMerge(base, { a: { x: 2 } });
    expect(base).toEqual({ a: { x: 1 } });
  });
});

describe('touches', () => {
  it('sees a field in either spelling', () => {
    expect(touches({ httpFilters: [] }, 'http_filters')).toBe(true);
    expect(touches({ http_filters: [] }, 'http_filters')).toBe(true);
    expect(touches({ stat_prefix: 'x' }, 'http_filters')).toBe(false);
  });
});
