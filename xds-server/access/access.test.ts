import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditLog, assertSecured, type Gate, openGate } from './index.ts';
import { parseTokenFile } from './token-file.ts';

const [READER, WRITER] = ['reader-0123456789abcdef', 'writer-0123456789abcdef'];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowplane-access-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** On a machine that is busy with other tests. */
const PATIENT = { timeout: 30_000 };

describe('a token file', () => {
  it('gives names and roles to tokens, their digests and certificates', () => {
    const digest = createHash('sha256').update(WRITER).digest();
    const text = `# a comment\n\nann change ${WRITER}\n  ben\tread   sha256:${digest.toString('hex')}\nci change certificate\n`;
    expect(parseTokenFile(text, 'f')).toEqual({
      tokens: [
        { name: 'ann', role: 'change', digest },
        { name: 'ben', role: 'read', digest },
      ],
      certificates: [{ name: 'ci', role: 'change' }],
    });
  });

  it.each([
    ['ann change', 'NAME ROLE TOKEN'],
    [`ann change ${WRITER} more`, 'NAME ROLE TOKEN'],
    [`ann write ${WRITER}`, 'read or change'],
    [`file change ${WRITER}`, 'none of file'],
    [`a/b change ${WRITER}`, 'a name has'],
    ['ann change short', 'at least 20'],
    [`ann change ${WRITER}ä`, 'ASCII'],
    ['ann change sha256:12', '64 hexadecimal'],
  ])('%s: is refused with its place and without what stands there', (line, message) => {
    const parse = () => parseTokenFile(`\n${line}`, 'tokens');
    expect(parse).toThrow(new RegExp(`^tokens:2: .*${message}`));
    expect(parse).not.toThrow(/0123456789|short|:12/);
  });
});

describe('the gate', () => {
  let gate: Gate | undefined;
  afterEach(() => gate?.close());
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const refused = expect.objectContaining({ code: 'UNAUTHENTICATED' });

  it('is none where there is nothing to prove oneself by', async () => {
    expect(await openGate({ certificates: false, onProblem: () => {} })).toBeUndefined();
  });

  it('knows tokens of file and environment, and follows the file', async () => {
    const tokenFile = join(folder, 'tokens');
    writeFileSync(tokenFile, `ann read ${READER}\n`);
    const problems: Error[] = [];
    const onProblem = (problem: Error) => problems.push(problem);
    gate = await openGate({ tokenFile, token: WRITER, certificates: false, onProblem, checkMs: 10 });
    expect(gate!.callerOf(bearer(READER))).toEqual({ name: 'ann', role: 'read' });
    expect(gate!.callerOf(bearer(WRITER))).toEqual({ name: 'token', role: 'change' });
    for (const claim of [
      {},
      bearer('x'),
      bearer(`${READER}x`),
      { authorization: READER },
      { certificateName: 'ann' },
    ]) {
      expect(() => gate!.callerOf(claim)).toThrow(refused);
    }
    writeFileSync(tokenFile, 'ann nonsense');
    // Two, when it is read between being emptied and being written.
    await vi.waitFor(() => expect(problems).not.toHaveLength(0), PATIENT);
    expect(gate!.callerOf(bearer(READER)).name).toBe('ann');
    const newer = READER.replace('reader', 'newer!');
    writeFileSync(tokenFile, `ben change ${newer}\n`);
    await vi.waitFor(() => expect(gate!.callerOf(bearer(newer))).toEqual({ name: 'ben', role: 'change' }), PATIENT);
    expect(() => gate!.callerOf(bearer(READER))).toThrow(refused);
  });

  it('takes certificates: all that the authority signed, or those that the file names', async () => {
    gate = await openGate({ certificates: true, onProblem: () => {} });
    expect(gate!.callerOf({ certificateName: 'ci' })).toEqual({ name: 'ci', role: 'change' });
    for (const certificateName of ['file', 'a b\n', ''])
      expect(() => gate!.callerOf({ certificateName })).toThrow(refused);
    const tokenFile = join(folder, 'tokens');
    writeFileSync(tokenFile, 'ci read certificate\n');
    gate = await openGate({ tokenFile, certificates: true, onProblem: () => {} });
    expect(gate!.callerOf({ certificateName: 'ci' })).toEqual({ name: 'ci', role: 'read' });
    expect(() => gate!.callerOf({ certificateName: 'other' })).toThrow(refused);
  });

  it('does not open with a file or token that is of no use', async () => {
    const open = (options: object) => openGate({ certificates: false, onProblem: () => {}, ...options });
    await expect(open({ tokenFile: join(folder, 'none') })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(open({ token: 'short' })).rejects.toThrow(/SHADOWPLANE_API_TOKEN: a token has at least/);
  });
});

describe('beyond loopback', () => {
  const check = (api: [string, object?], xds: [string, object?] = ['127.0.0.1']) =>
    assertSecured({ host: api[0], access: api[1] ?? {} }, { host: xds[0], access: xds[1] ?? {} });
  const tls = { certificateFile: 'c', keyFile: 'k' };

  it('the API needs credentials, or to be told otherwise', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1']) expect(() => check([host])).not.toThrow();
    for (const host of ['0.0.0.0', '::', '10.1.2.3', '127.evil.example']) {
      expect(() => check([host])).toThrow(/--api-token-file.*--api-client-ca.*--api-insecure/);
    }
    expect(() => check(['0.0.0.0', { tls }])).toThrow();
    for (const access of [{ token: WRITER }, { tokenFile: 'f' }, { tls: { ...tls, clientAuthorityFile: 'a' } }]) {
      expect(() => check(['0.0.0.0', access])).not.toThrow();
    }
    expect(() => check(['0.0.0.0', { insecure: true }])).not.toThrow();
  });

  it('xDS needs mutual TLS, or to be told otherwise', () => {
    expect(() => check(['::1'], ['0.0.0.0'])).toThrow(/--xds-tls-cert.*--xds-client-ca.*--xds-insecure/);
    expect(() => check(['::1'], ['0.0.0.0', { tls: { ...tls, clientAuthorityFile: 'a' } }])).not.toThrow();
    expect(() => check(['::1'], ['0.0.0.0', { insecure: true }])).not.toThrow();
  });
});

describe('what travels over xDS', () => {
  const check = (host: string, xds: object, secrets = false) =>
    assertSecured({ host: '::1', access: {} }, { host, access: xds, secrets });
  const tls = { certificateFile: 'c', keyFile: 'k', clientAuthorityFile: 'a' };

  it('are private keys only on loopback or over mutual TLS, whatever is said of the network', () => {
    expect(() => check('0.0.0.0', { insecure: true }, true)).toThrow(/--secrets.*not sent in plain text/);
    expect(() => check('0.0.0.0', { tls }, true)).not.toThrow();
    expect(() => check('127.0.0.1', {}, true)).not.toThrow();
  });

  it('says who a node is only over mutual TLS', () => {
    expect(() => check('127.0.0.1', { nodes: ['edge-*=edge-*'] })).toThrow(/ID=NAME needs/);
    expect(() => check('127.0.0.1', { nodes: ['edge-*=edge-*'], tls })).not.toThrow();
    expect(() => check('127.0.0.1', { nodes: ['edge-*'] })).not.toThrow();
  });
});

describe('the audit log', () => {
  const read = (name = 'audit.jsonl') =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('is lines of JSON that only its owner reads, continued after a restart', () => {
    for (const revision of [1, 2]) {
      new AuditLog({ directory: folder, onProblem: () => {} }).write({ kind: 'revision', actor: 'file', revision });
    }
    expect(read()).toMatchObject([
      { revision: 1 },
      { at: expect.stringMatching(/^20.*Z$/), actor: 'file', revision: 2 },
    ]);
    expect(statSync(join(folder, 'audit.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('is bounded: the oldest file goes', () => {
    const log = new AuditLog({ directory: folder, onProblem: () => {}, maxBytes: 300, keep: 2 });
    for (let revision = 0; revision < 50; revision += 1) log.write({ kind: 'revision', actor: 'ann', revision });
    expect(readdirSync(folder).sort()).toEqual(['audit.1.jsonl', 'audit.2.jsonl', 'audit.jsonl']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(300);
    const kept = ['audit.2.jsonl', 'audit.1.jsonl', 'audit.jsonl'].flatMap((name) => read(name));
    expect(kept.map(({ revision }) => revision)).toEqual(kept.map((_, index) => 50 - kept.length + index));
  });

  it('a flood of refusals is counted, and pushes out no change', () => {
    let nowMs = 0;
    const now = () => nowMs;
    const log = new AuditLog({ directory: folder, onProblem: () => {}, refusalsPerMinute: 3, now });
    for (let count = 0; count < 10; count += 1) log.write({ kind: 'refused', actor: null });
    log.write({ kind: 'request', actor: 'ann' });
    nowMs = 60_000;
    log.write({ kind: 'refused', actor: 'ben' });
    expect(read().map(({ kind, actor, untold }) => [kind, actor, untold])).toEqual([
      ...Array.from({ length: 3 }, () => ['refused', null, undefined]),
      ['request', 'ann', undefined],
      ['refused', null, 7],
      ['refused', 'ben', undefined],
    ]);
  });

  it('that cannot be written says so once and throws nothing', () => {
    const problems: Error[] = [];
    writeFileSync(join(folder, 'file'), '');
    const log = new AuditLog({ directory: join(folder, 'file'), onProblem: (problem) => problems.push(problem) });
    log.write({ kind: 'request', actor: 'ann' });
    log.write({ kind: 'request', actor: 'ann' });
    expect(problems).toHaveLength(1);
  });
});
