import { describe, expect, it } from 'vitest';
import { bindsNames, parseNodeList, refusalOfNode } from './index.ts';

const refusal = (entries: string[], id: string, ...proven: string[]) =>
  refusalOfNode(parseNodeList(entries), id, proven);

describe('the list of nodes', () => {
  it('fits whole ids, with * for any characters', () => {
    expect(refusal(['edge-*', 'one'], 'edge-7')).toBeUndefined();
    expect(refusal(['edge-*', 'one'], 'one')).toBeUndefined();
    for (const id of ['my-edge-7', 'one2', '', 'x'.repeat(300)]) {
      expect(refusal(['edge-*', 'one'], id)).toBe('this node id is none of --xds-nodes');
    }
    expect(refusal(['a.b'], 'axb')).toMatch(/none of/);
    expect(refusal(['*'], 'x'.repeat(257))).toMatch(/none of/);
    expect(refusal([], 'one')).toMatch(/none of/);
  });

  it('lets a node be itself and no other', () => {
    const entries = ['edge-*=edge-*.shop.internal'];
    expect(refusal(entries, 'edge-1', 'x.internal', 'Edge-1.shop.internal')).toBeUndefined();
    expect(refusal(entries, 'edge-1', 'edge-2.shop.internal')).toBe(
      'this node id is bound to a certificate for edge-1.shop.internal; this one is for edge-2.shop.internal',
    );
    expect(refusal(entries, 'edge-1')).toMatch(/this one has no name/);
    // A certificate for any host is not one for this node.
    expect(refusal(entries, 'edge-1', '*.shop.internal', 'edge-*.shop.internal')).toMatch(/bound/);
    expect(refusal(entries, 'core-1', 'core-1.shop.internal')).toMatch(/none of/);
  });

  it('binds ids to one name, to the id itself, and to several parts of it', () => {
    expect(refusal(['edge-*=spiffe://shop/Edge'], 'edge-9', 'spiffe://shop/Edge')).toBeUndefined();
    expect(refusal(['edge-*=spiffe://shop/Edge'], 'edge-9', 'spiffe://shop/edge')).toMatch(/bound/);
    expect(refusal(['*=*'], 'edge-9', 'edge-9')).toBeUndefined();
    expect(refusal(['*=*'], 'edge-9', 'edge-8')).toMatch(/bound/);
    expect(refusal(['*-edge-*=*.*.shop'], 'eu-edge-1', 'eu.1.shop')).toBeUndefined();
    expect(refusal(['*-edge-*=*.*.shop'], 'eu-edge-1', 'us.1.shop')).toMatch(/eu\.1\.shop/);
  });

  it('serves whom one of several entries fits', () => {
    const entries = ['edge-*=a.shop', 'edge-1=b.shop', 'edge-2'];
    expect(refusal(entries, 'edge-1', 'b.shop')).toBeUndefined();
    expect(refusal(entries, 'edge-2')).toBeUndefined();
    expect(refusal(entries, 'edge-1', 'c.shop')).toMatch(/a\.shop or b\.shop/);
    expect([['edge-1'], ['edge-1=a']].map((list) => bindsNames(parseNodeList(list)))).toEqual([false, true]);
  });

  it('keeps the way out of a shadow from being served as anything else', () => {
    const list = parseNodeList(['out-*=out-*.shop@egress:order-v2', 'two@egress:a', 'two@egress:b', 'edge-*']);
    const asked = (id: string, egress: string | undefined, ...proven: string[]) =>
      refusalOfNode(list, id, proven, { ...(egress !== undefined && { egress }) });
    expect(asked('out-1', 'order-v2', 'out-1.shop')).toBeUndefined();
    expect(asked('out-1', undefined, 'out-1.shop')).toBe(
      'this node id is for the way out of order-v2; this one says that it is none',
    );
    expect(asked('out-1', 'order-v3', 'out-1.shop')).toMatch(/says that it is that of order-v3/);
    expect(asked('out-1', 'order-v2', 'out-2.shop')).toMatch(/bound to a certificate for out-1\.shop/);
    expect(['a', 'b'].map((egress) => asked('two', egress))).toEqual([undefined, undefined]);
    expect(asked('two', undefined)).toMatch(/way out of a or b/);
    expect([undefined, 'order-v2'].map((egress) => asked('edge-1', egress))).toEqual([undefined, undefined]);
    // Statistics do not say what the node is.
    expect(refusalOfNode(list, 'two', [])).toBeUndefined();
    expect(bindsNames(parseNodeList(['two@egress:a']))).toBe(false);
  });

  it.each(['', 'a@egress:', '@egress:a', '=a', 'a=', 'a=b=c', 'a=*', 'a-*=*-*'])('does not understand %j', (entry) => {
    expect(() => parseNodeList([entry])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
