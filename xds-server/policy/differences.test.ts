import { describe, expect, it } from 'vitest';
import { differences, differencesWithin } from './differences.ts';
import { ordersDocument } from './testing.ts';

describe('differences of documents', () => {
  it('name each place that was changed, added or removed, and nothing else', () => {
    const after = ordersDocument();
    after.mirrors.orders!.sample = '20%';
    after.mirrors.orders!.segments = { employees: '100%', beta: '60%', eu: '1%' };
    delete after.mirrors.orders!.control;
    after.services.extra = { address: 'x:1' };
    const found = differences(ordersDocument(), after);
    const { orders } = ordersDocument().mirrors;
    expect(differences({}, { mirrors: { orders: orders! } })).toEqual([{ path: 'mirrors.orders', after: orders }]);
    expect(found).toEqual([
      { path: 'services.extra', after: { address: 'x:1' } },
      { path: 'mirrors.orders.control', before: 'order-v1-twin' },
      { path: 'mirrors.orders.segments.beta', before: '50%', after: '60%' },
      { path: 'mirrors.orders.segments.eu', after: '1%' },
      { path: 'mirrors.orders.sample', before: '5%', after: '20%' },
    ]);
    expect(differencesWithin('mirrors.orders', found)).toEqual(found.slice(1));
    expect(differencesWithin('mirrors.order', found)).toEqual([]);
    expect(differences(after, after)).toEqual([]);
  });

  it('tell a changed order of segments', () => {
    const after = ordersDocument();
    after.mirrors.orders!.segments = { beta: '50%', employees: '100%' };
    const [found, ...more] = differences(ordersDocument(), after);
    expect(more).toEqual([]);
    expect(found!.path).toBe('mirrors.orders.segments');
    expect(Object.keys(found!.after as object)).toEqual(['beta', 'employees']);
  });

  it('never show a secret, only that it differs', () => {
    const document = (secret: string) => ({
      segments: {
        staff: { header: 'x-api-key', equals: secret },
        others: { any: [{ cookie: 'session-token', oneOf: [secret] }] },
      },
      mirrors: {
        orders: {
          match: { path: '/' },
          primary: 'v1',
          shadow: 'v2',
          headers: { set: { authorization: secret, 'x-plain': 'shown' } },
        },
      },
      envoy: { secrets: [{ name: 'tls', inline_string: secret }] } as object,
    });
    const changed = differences(document('hunter1'), document('hunter2'));
    expect(changed.map(({ path }) => path)).toEqual([
      'segments.staff.equals',
      'segments.others.any.0.oneOf',
      'mirrors.orders.headers.set.authorization',
      'envoy.secrets.0.inline_string',
    ]);
    const all = JSON.stringify([changed, differences({}, document('hunter3'))]);
    expect(all).not.toContain('hunter');
    expect(all).toContain('shown');
  });

  it('shows what becomes of credentials, which is no secret', () => {
    const [before, after] = [ordersDocument(), ordersDocument()];
    after.mirrors.orders!.credentials = 'strip';
    expect(differences(before, after)).toEqual([{ path: 'mirrors.orders.credentials', after: 'strip' }]);
  });
});
