/** What every guard promises, in whatever language: guard/contract.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createShadowGuard, MARKER, PROBE_PATH, PROOF_HEADER } from './index.ts';
import { decide } from './outgoing/rules.ts';
import { readStatements } from './postgres/sql.ts';
import { readShadowMode, trustedAddresses } from './shadow-mode.ts';

interface OutgoingCase {
  readonly url: string;
  readonly methods?: string[];
}

interface Contract {
  readonly headers: { readonly marker: string; readonly proof: string };
  readonly probePath: string;
  readonly probe: object;
  readonly shadowMode: Readonly<Record<'true' | 'false' | 'error', readonly string[]>>;
  readonly trustedProxies: Readonly<Record<'entries' | 'trusted' | 'strangers' | 'error', readonly string[]>>;
  readonly requests: readonly {
    readonly mode: 'always' | 'marked' | 'off';
    readonly marker: string | null;
    readonly peer: string;
    readonly untrustedMarker?: 'refuse' | 'ignore';
    readonly becomes: string;
  }[];
  readonly outgoing: {
    readonly stubs: readonly OutgoingCase[];
    readonly allow: readonly OutgoingCase[];
    readonly calls: readonly { readonly method: string; readonly url: string; readonly becomes: string }[];
  };
  readonly sql: {
    readonly kinds: Readonly<Record<string, readonly string[]>>;
    readonly chained: Readonly<Record<string, readonly boolean[]>>;
    readonly writesWithin: readonly string[];
    readonly readsWithin: readonly string[];
    readonly refused: readonly string[];
    readonly allowed: readonly string[];
  };
}

const contract: Contract = JSON.parse(readFileSync(join(import.meta.dirname, '../contract.json'), 'utf8'));

it('names, and the answer to the probe', () => {
  expect({ marker: MARKER, proof: PROOF_HEADER }).toEqual(contract.headers);
  expect(PROBE_PATH).toBe(contract.probePath);
  const guard = createShadowGuard({ trustedProxies: ['127.0.0.1'], environment: {} });
  expect(guard.probe(true)).toEqual({ ...contract.probe, version: expect.any(String) });
});

it('SHADOW_MODE', () => {
  const { true: on, false: off, error } = contract.shadowMode;
  expect(on.filter((SHADOW_MODE) => !readShadowMode({ SHADOW_MODE }))).toEqual([]);
  expect(off.filter((SHADOW_MODE) => readShadowMode({ SHADOW_MODE }))).toEqual([]);
  for (const SHADOW_MODE of error) expect(() => readShadowMode({ SHADOW_MODE })).toThrow(`"${SHADOW_MODE}"`);
});

it('trusted proxies', () => {
  const { entries, trusted, strangers, error } = contract.trustedProxies;
  const isTrusted = trustedAddresses(entries);
  expect(trusted.filter((address) => !isTrusted(address))).toEqual([]);
  expect(strangers.filter(isTrusted)).toEqual([]);
  for (const entry of error) expect(() => trustedAddresses([entry]), entry).toThrow(/neither an IP address/);
});

it.each(contract.requests)('a request: %j', ({ mode, marker, peer, untrustedMarker = 'refuse', becomes }) => {
  const guard = createShadowGuard({
    trustedProxies: mode === 'marked' ? ['10.1.0.0/16'] : [],
    untrustedMarker,
    environment: mode === 'always' ? { SHADOW_MODE: 'true' } : {},
  });
  expect(guard.mode).toBe(mode);
  expect(guard.decide(marker ?? undefined, peer)).toBe(becomes);
});

it.each(contract.outgoing.calls)('an outgoing call: %j', ({ method, url, becomes }) => {
  const stubs = contract.outgoing.stubs.map((rule) => ({ ...rule, answer: {} }));
  expect(decide(method, new URL(url), { stubs, allow: contract.outgoing.allow }).action).toBe(becomes);
});

it.each(Object.entries(contract.sql.kinds))('statements: %s', (text, kinds) => {
  expect(readStatements(text).map(({ kind }) => kind)).toEqual(kinds);
});

it.each(Object.entries(contract.sql.chained))('transactions that begin with the end of one: %s', (text, chained) => {
  expect(readStatements(text).map((statement) => statement.chained)).toEqual(chained);
});

it('writes that hide in a SELECT are seen', () => {
  const { writesWithin, readsWithin } = contract.sql;
  expect(writesWithin.filter((text) => !readStatements(text)[0]?.writesWithin)).toEqual([]);
  expect(readsWithin.filter((text) => readStatements(text)[0]?.writesWithin)).toEqual([]);
});

it('statements that outlive a rollback are refused, and no others', () => {
  expect(contract.sql.refused.filter((text) => !readStatements(text)[0]?.refusal)).toEqual([]);
  expect(contract.sql.allowed.filter((text) => readStatements(text)[0]?.refusal)).toEqual([]);
});
