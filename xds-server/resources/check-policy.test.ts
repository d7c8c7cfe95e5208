import { describe, expect, it } from 'vitest';
import { parsePolicyFile } from '../policy/index.ts';
import { checkPolicy } from './check-policy.ts';

function check(text: string): void {
  parsePolicyFile(text, 'p.yaml', { check: checkPolicy });
}

describe('checkPolicy', () => {
  it('accepts raw configuration that Envoy knows', () => {
    expect(() => check('envoy: { clusters: [{ name: x, type: STATIC, connectTimeout: 1s }] }')).not.toThrow();
  });

  it('names line and column of a field that Envoy does not know', () => {
    expect(() => check('envoy:\n  clusters:\n    - name: x\n      tpye: STATIC\n')).toThrow(
      'p.yaml:4:13: envoy.clusters.0.tpye: is no field of Cluster; did you mean type?',
    );
  });

  it('names line and column of a field that is wrong in a merge', () => {
    expect(() => check('envoy:\n  merge:\n    httpConnectionManager:\n      vai: edge\n')).toThrow('p.yaml:4:12');
  });

  it('refuses to listen on a name', () => {
    expect(() => check('listen: shop.example:80')).toThrow(/^p\.yaml:1:9: listen: shop\.example is a name/);
  });
});
