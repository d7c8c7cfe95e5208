/** The API behind a gate: who may what, what is open, and what the audit log is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, type Gate, openGate } from '../access/index.ts';
import { startTestApi, type TestApi } from './testing.ts';

const TOKENS = { ann: 'change-0123456789abcdef', ben: 'read-0123456789abcdef' } as const;
const MIRROR = '/api/v1/mirrors/orders';

let folder: string;
let gate: Gate | undefined;
let api: TestApi;
let audited: AuditEntry[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shadowplane-gate-'));
  writeFileSync(join(folder, 'tokens'), `ann change ${TOKENS.ann}\nben read ${TOKENS.ben}\n`);
  gate = await openGate({ tokenFile: join(folder, 'tokens'), certificates: false, onProblem: () => {} });
  audited = [];
  api = await startTestApi({
    gate,
    host: '0.0.0.0',
    hosts: ['shadowplane.example'],
    audit: { write: (entry) => audited.push(entry) },
  });
});
afterEach(async () => {
  await api.close();
  gate?.close();
  rmSync(folder, { recursive: true });
});

interface Call {
  readonly as?: keyof typeof TOKENS;
  readonly host?: string;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

async function call(method: 'GET' | 'PATCH' | 'POST' | 'DELETE', url: string, options: Call = {}) {
  const { as, host = 'shadowplane.example', headers = {}, body } = options;
  const response = await api.app.inject({
    method,
    url,
    headers: { host, ...(as && { authorization: `Bearer ${TOKENS[as]}` }), ...headers },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, headers: response.headers, body: response.body };
}

const codeOf = ({ body }: { body: string }) => JSON.parse(body).code;

describe('who calls', () => {
  it.each(['/api/v1/mirrors', '/api/v1/openapi.json', '/api/v1/events', '/metrics', '/nothing'])(
    'GET %s is for nobody unknown',
    async (url) => {
      const answer = await call('GET', url);
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      expect(codeOf(answer)).toBe('UNAUTHENTICATED');
      expect((await call('GET', url, { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
    },
  );

  it('health is open', async () => {
    expect((await call('GET', '/healthz')).status).toBe(200);
  });

  it('reads with the role read, and changes nothing', async () => {
    const read = await call('GET', MIRROR, { as: 'ben' });
    expect(read.status).toBe(200);
    expect(read.headers).not.toHaveProperty('www-authenticate');
    expect(read.headers).toHaveProperty('x-shadowplane-role', 'read');
    expect((await call('GET', '/metrics', { as: 'ben' })).status).toBe(200);
    for (const [method, url] of [
      ['PATCH', MIRROR],
      ['DELETE', MIRROR],
      ['POST', `${MIRROR}/pause`],
    ] as const) {
      const answer = await call(method, url, { as: 'ben', ...(method === 'PATCH' && { body: { sample: '7%' } }) });
      expect([answer.status, codeOf(answer)]).toEqual([403, 'ROLE_INSUFFICIENT']);
    }
    expect(api.store.current.revision).toBe(1);
  });

  it('is the one who is said to have changed something, whatever else it says', async () => {
    const body = { sample: '7%' };
    const answer = await call('PATCH', MIRROR, { as: 'ann', body, headers: { 'x-shadowplane-actor': 'ben' } });
    expect(answer.status).toBe(200);
    expect(api.store.current).toMatchObject({ revision: 2, actor: 'ann' });
  });
});

describe('the name it is called by', () => {
  it.each(['shadowplane.example:8790', '10.1.2.3:8790', '[fd00::1]', 'localhost:8790'])('%s', async (host) => {
    expect((await call('GET', MIRROR, { as: 'ben', host })).status).toBe(200);
  });

  it('no other', async () => {
    const answer = await call('GET', MIRROR, { as: 'ben', host: 'evil.example' });
    expect([answer.status, codeOf(answer)]).toEqual([421, 'HOST_REFUSED']);
  });
});

describe('the audit log', () => {
  it('has changes and attempts, with who, what, from where and what came of it', async () => {
    await call('GET', MIRROR, { as: 'ann' });
    expect(audited).toEqual([]);
    await call('PATCH', `${MIRROR}?wait=1s&secret=s3cret`, { as: 'ann', body: { sample: '7%' } });
    await call('PATCH', MIRROR, { as: 'ann', body: { sample: 'b0dy' } });
    await call('POST', `${MIRROR}/pause`, { as: 'ben' });
    await call('GET', MIRROR, { headers: { authorization: 'Bearer gu3ss' } });
    await call('PATCH', MIRROR, { as: 'ann', host: 'evil.example', body: { sample: '9%' } });
    const common = { from: '127.0.0.1', path: MIRROR };
    const byAnn = { ...common, kind: 'request', actor: 'ann', proven: true, method: 'PATCH' };
    expect(audited).toEqual([
      { ...byAnn, status: 200, revision: 2 },
      { ...byAnn, status: 400, code: 'POLICY_INVALID' },
      {
        ...common,
        kind: 'refused',
        actor: 'ben',
        proven: true,
        method: 'POST',
        path: `${MIRROR}/pause`,
        status: 403,
        code: 'ROLE_INSUFFICIENT',
      },
      { ...common, kind: 'refused', actor: null, proven: false, method: 'GET', status: 401, code: 'UNAUTHENTICATED' },
      { ...common, kind: 'refused', actor: null, proven: false, method: 'PATCH', status: 421, code: 'HOST_REFUSED' },
    ]);
    expect(JSON.stringify(audited)).not.toMatch(/s3cret|b0dy|gu3ss|0123456789/);
  });
});
