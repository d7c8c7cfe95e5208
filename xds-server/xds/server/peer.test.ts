import { expect, it } from 'vitest';
import { namesIn } from './peer.ts';

it('reads DNS names and URIs of a certificate, and is not taken in by what they hold', () => {
  expect(namesIn('DNS:a.example, DNS:b.example, URI:spiffe://shop/edge, IP Address:10.0.0.1')).toEqual([
    'a.example',
    'b.example',
    'spiffe://shop/edge',
  ]);
  // As Node writes a name that holds `a.example, DNS:core.example`.
  expect(namesIn('DNS:"a.example, DNS:core.example", email:x@y')).toEqual(['a.example, DNS:core.example']);
  expect(namesIn('DNS:"a\\u0022, DNS:b", URI:x:y')).toEqual(['a", DNS:b', 'x:y']);
  expect(namesIn('DirName:"/CN=a, DNS:core.example", DNS:b')).toEqual(['b']);
  for (const nonsense of ['', 'DNS', 'DNS:"a', 'DNS:a,DNS:b', ',', 'DNS:a"b, DNS:c'])
    expect(namesIn(nonsense)).toEqual([]);
});
