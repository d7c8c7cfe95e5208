import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type SqliteDatabase, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShadowplaneError } from '../../errors/index.ts';
import { openDatabase } from '../../store/index.ts';
import { PolicyStore, type PolicyStoreOptions } from './store.ts';
import { ordersDocument } from './testing.ts';

let directory: string;
const opened: PolicyStore[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'shadowplane-store-'));
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(options: Partial<PolicyStoreOptions> = {}): Promise<PolicyStore> {
  const store = await PolicyStore.open({ directory, ...options });
  opened.push(store);
  return store;
}

const listenAt = (port: number) => (document: object) => ({ ...document, listen: `127.0.0.1:${port}` });

describe('writes', () => {
  it('begins with an empty policy at revision 0', async () => {
    expect((await open()).current).toMatchObject({ revision: 0, document: {}, policy: { mirrors: [] } });
  });

  it('keeps what was written, and who changed what, across restarts', async () => {
    const store = await open();
    await store.write('ann', () => ordersDocument());
    await store.write('bob', listenAt(1));
    await store.close();
    const again = await open();
    expect(again.current).toMatchObject({
      revision: 2,
      actor: 'bob',
      changed: ['listen'],
      policy: { listen: { port: 1 } },
    });
    expect(await again.history()).toMatchObject([{ revision: 2 }, { revision: 1, actor: 'ann' }]);
    expect(Object.keys(again.current.document.mirrors!.orders!.segments!)).toEqual(['employees', 'beta']);
  });

  it('tells listeners after commit, in order, and makes no revision of no change', async () => {
    const store = await open();
    const heard: number[] = [];
    const stop = store.onChange(({ revision }) => heard.push(revision));
    await Promise.all([1, 2, 2, 3].map((port) => store.write('api', listenAt(port))));
    stop();
    await store.write('api', listenAt(4));
    expect(heard).toEqual([1, 2, 3]);
    expect(store.current.revision).toBe(4);
  });

  it('changes nothing when the document is refused, by the parser or by the last check', async () => {
    const store = await open({
      validate: ({ listen }) => {
        if (listen.port === 2) throw new ShadowplaneError('ENVOY_RESOURCE_INVALID', 'no');
      },
    });
    await store.write('api', listenAt(1));
    await expect(store.write('api', () => ({ listen: 5 }))).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    await expect(store.write('api', listenAt(2))).rejects.toMatchObject({ code: 'ENVOY_RESOURCE_INVALID' });
    expect(store.current).toMatchObject({ revision: 1, policy: { listen: { port: 1 } } });
    expect((await store.write('api', listenAt(3))).revision).toBe(2);
  });

  it('refuses who has waited for too long for those before, and goes on', async () => {
    const store = await open({ turnWithinMs: 50 });
    const until = performance.now() + 100;
    const slow = store.write('ann', (document) => {
      while (performance.now() < until);
      return listenAt(1)(document);
    });
    const late = store.write('bob', listenAt(2));
    const alsoLate = store.history();
    expect((await slow).revision).toBe(1);
    await expect(late).rejects.toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('busy') });
    await expect(alsoLate).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(await store.history()).toHaveLength(1);
  });

  it('refuses a write that was made for another revision', async () => {
    const store = await open();
    await store.write('api', listenAt(1));
    await expect(store.write('api', listenAt(2), { ifRevision: 0 })).rejects.toMatchObject({
      code: 'REVISION_CONFLICT',
    });
    expect((await store.write('api', listenAt(2), { ifRevision: 1 })).revision).toBe(2);
  });

  it('does not let callers change what is stored', async () => {
    const store = await open();
    const document = ordersDocument();
    await store.write('api', () => document);
    document.mirrors.orders!.sample = '99%';
    await store.write('api', (current) => {
      delete current.default;
      return { ...current, listen: '127.0.0.1:1' };
    });
    expect(store.current.document.mirrors!.orders!.sample).toBe('5%');
    expect(store.current.changed.toSorted()).toEqual(['default', 'listen']);
  });

  it('keeps who changed what, when and why, over restarts and clocks that go back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-02T00:00:00Z') });
    const store = await open();
    await store.write('ann', () => ordersDocument());
    vi.setSystemTime(new Date('2020-01-01T00:00:00Z'));
    await store.write('bob', listenAt(1), { note: 'undo to 12' });
    vi.useRealTimers();
    await store.close();
    const [bob, ann] = await (await open()).history();
    expect(bob).toEqual({
      revision: 2,
      actor: 'bob',
      at: '2020-01-01T00:00:00.000Z',
      changed: ['listen'],
      differences: [{ path: 'listen', before: '127.0.0.1:10000', after: '127.0.0.1:1' }],
      note: 'undo to 12',
      acknowledgedAt: null,
    });
    expect(ann).toMatchObject({ revision: 1, at: '2026-03-02T00:00:00.000Z', note: null });
  });

  it('tells the changes of one mirror from all others', async () => {
    const store = await open();
    await store.write('api', () => ordersDocument());
    await store.write('api', listenAt(1));
    await store.write('api', (document) => {
      document.mirrors!['orders-2'] = { ...document.mirrors!.orders!, match: { path: '/2' } };
      return document;
    });
    const revisions = async (name: string) => (await store.history(9, `mirrors.${name}`)).map((each) => each.revision);
    expect([await revisions('orders'), await revisions('orders-2')]).toEqual([[1], [3]]);
  });

  it('forgets old revisions beyond its bound', async () => {
    const store = await open({ keepRevisions: 3 });
    for (let port = 1; port <= 6; port++) await store.write('api', listenAt(port));
    expect((await store.history()).map(({ revision }) => revision)).toEqual([6, 5, 4]);
    await expect(store.revert(3)).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' });
  });
});

describe('taking a revision back', () => {
  it('restores what it changed and leaves what others changed since', async () => {
    const store = await open();
    await store.write('api', () => ordersDocument());
    const bad = await store.write('api', (document) => {
      document.mirrors!.orders!.sample = '50%';
      document.services!.extra = { address: 'x:1' };
      return document;
    });
    await store.write('api', listenAt(7));
    const reverted = await store.revert(bad.revision);
    expect(reverted).toMatchObject({ revision: 4, actor: 'rollback', document: { listen: '127.0.0.1:7' } });
    expect(reverted.document.mirrors!.orders!.sample).toBe('5%');
    expect(reverted.document.services).not.toHaveProperty('extra');
    expect((await store.revert(bad.revision)).revision).toBe(4);
  });

  it('leaves entries that a later revision has changed again', async () => {
    const store = await open();
    await store.write('api', listenAt(1));
    await store.write('api', listenAt(2));
    expect((await store.revert(1)).document.listen).toBe('127.0.0.1:2');
  });
});

describe('what Envoys have had in use', () => {
  it('is known after a restart, is kept beyond the bound, and can be gone back to as a whole', async () => {
    const store = await open({ keepRevisions: 2 });
    await store.write('api', listenAt(1));
    await store.acknowledge(1);
    for (const port of [2, 3, 4]) await store.write('api', listenAt(port));
    await store.close();
    const again = await open({ keepRevisions: 2 });
    expect((await again.history()).map(({ revision }) => revision)).toEqual([4, 3, 1]);
    const back = await again.rollBackToAcknowledged('edge-1 refused revision 4');
    expect(back).toMatchObject({ revision: 5, actor: 'rollback', note: 'edge-1 refused revision 4' });
    expect(back!.document.listen).toBe('127.0.0.1:1');
  });

  it('is not gone back to for what was in it already', async () => {
    const store = await open();
    expect(await store.acknowledged()).toBeUndefined();
    await store.write('api', listenAt(1));
    await store.acknowledge(1);
    await store.write('api', listenAt(2));
    expect(await store.acknowledged()).toMatchObject({ revision: 1, policy: { listen: { port: 1 } } });
    expect(await store.rollBackToAcknowledged('x', 1)).toBeUndefined();
    expect(await store.rollBackToAcknowledged('x', 2)).toMatchObject({ revision: 3 });
  });

  it('is the current revision alone: an answer that comes late says nothing of the next', async () => {
    const store = await open();
    await store.write('api', listenAt(1));
    await store.write('api', listenAt(2));
    await store.acknowledge(1);
    expect(await store.rollBackToAcknowledged('x')).toBeUndefined();
    await store.acknowledge(2);
    expect(store.current.acknowledgedAt).toEqual(expect.any(String));
    expect((await store.history())[0]!.acknowledgedAt).toBe(store.current.acknowledgedAt);
  });
});

describe('the file and the API', () => {
  it('applies only what the file itself changed', async () => {
    const store = await open();
    await store.applyFile(ordersDocument());
    await store.write('api', (document) => {
      document.mirrors!.orders!.sample = '20%';
      document.services!.extra = { address: 'x:1' };
      return document;
    });
    const file = ordersDocument();
    file.segments.beta = { cookie: 'plan', equals: 'gamma' };
    delete file.segments.eu;
    const { document, actor, changed } = await store.applyFile(file);
    expect(actor).toBe('file');
    expect(changed.toSorted()).toEqual(['segments.beta', 'segments.eu']);
    expect(document.mirrors!.orders!.sample).toBe('20%');
    expect(document.services).toHaveProperty('extra');
  });

  it('remembers across restarts what the file last said', async () => {
    const first = await open();
    await first.applyFile(ordersDocument());
    await first.write('api', listenAt(5));
    await first.close();
    const store = await open();
    expect((await store.applyFile(ordersDocument())).revision).toBe(2);
    expect(store.current.document.listen).toBe('127.0.0.1:5');
    expect((await store.applyFile({ ...ordersDocument(), listen: '127.0.0.1:6' })).document.listen).toBe('127.0.0.1:6');
  });

  it('takes the order of segments in a mirror for a change', async () => {
    const store = await open();
    await store.applyFile(ordersDocument());
    const file = ordersDocument();
    file.mirrors.orders!.segments = { beta: '50%', employees: '100%' };
    expect((await store.applyFile(file)).policy.mirrors[0]!.segments.map(({ name }) => name)).toEqual([
      'beta',
      'employees',
    ]);
  });

  it('refuses a file that does not fit what the API made, and takes it once it fits', async () => {
    const store = await open();
    await store.applyFile(ordersDocument());
    await store.write('api', (document) => {
      document.mirrors!.more = { ...document.mirrors!.orders!, match: { path: '/more' } };
      return document;
    });
    const file = ordersDocument();
    delete file.mirrors.orders!.control;
    delete file.services['order-v1-twin'];
    await expect(store.applyFile(file)).rejects.toThrow(/mirrors.more.control: there is no service "order-v1-twin"/);
    await store.write('api', (document) => {
      delete document.mirrors!.more;
      return document;
    });
    expect((await store.applyFile(file)).document.services).not.toHaveProperty('order-v1-twin');
  });
});

describe('when the disk does not play along', () => {
  it('survives kill -9 right after the answer', async () => {
    const code = `
      import { PolicyStore } from ${JSON.stringify(new URL('store.ts', import.meta.url))};
      const store = await PolicyStore.open({ directory: process.argv[1] });
      for (let port = 1; ; port++) {
        const { revision } = await store.write('api', () => ({ listen: '127.0.0.1:' + port }));
        console.log(revision);
      }`;
    const flags = ['--import', 'tsx', '--input-type=module', '--eval', code, directory];
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    let answered = 0;
    for await (const line of createInterface(child.stdout)) {
      answered = Number(line);
      if (answered === 5) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    const { current } = await open();
    expect(current.revision).toBeGreaterThanOrEqual(answered);
    expect(current.document.listen).toBe(`127.0.0.1:${current.revision}`);
  }, 20_000);

  it.each([
    ['full', 'max_page_count = 12', 'STORE_FULL'],
    ['read-only', 'query_only = 1', 'STORE_FAILED'],
  ])('refuses writes when the database is %s, changes nothing, and goes on afterwards', async (_, pragma, code) => {
    const connections: ReturnType<typeof openDatabase>[] = [];
    const database = async () => {
      connections.push(openDatabase(directory));
      return connections.at(-1) as unknown as SqliteDatabase;
    };
    const store = await open({ dialect: new SqliteDialect({ database }) });
    await store.write('api', listenAt(1));
    const big = (document: object) => ({ ...document, envoy: { clusters: [{ name: 'x'.repeat(2 ** 20) }] } });
    connections.at(-1)!.pragma(pragma);
    await expect(store.write('api', big)).rejects.toMatchObject({ code });
    expect(store.current.revision).toBe(1);
    expect(await store.history()).toHaveLength(1);
    expect((await store.write('api', big)).revision).toBe(2);
  });

  it('answers STORE_FAILED while another process holds the database', async () => {
    const store = await open();
    const other = new Database(join(directory, 'shadowplane.db'));
    other.exec('begin immediate');
    await expect(store.write('api', listenAt(1))).rejects.toMatchObject({ code: 'STORE_FAILED' });
    other.exec('rollback');
    other.close();
    expect((await store.write('api', listenAt(1))).revision).toBe(1);
  });

  it('notices a second control plane on the same store', async () => {
    const [one, two] = [await open(), await open()];
    await one.write('api', listenAt(1));
    await expect(two.write('api', listenAt(2))).rejects.toThrow(/Another control plane/);
  });

  it('says so when it cannot be opened', async () => {
    const file = join(directory, 'file');
    new Database(file).exec('create table x (a)');
    await expect(PolicyStore.open({ directory: file })).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });
});
