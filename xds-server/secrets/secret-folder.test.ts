import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Certificate, selfSigned } from '../../test/envoy/certificate.ts';
import { parsePolicy } from '../policy/index.ts';
import { assertSecretsKnown, missingSecrets, SecretFolder, withSecretFiles } from './index.ts';

const [FIRST, SECOND] = ['edge.example', 'edge.example'].map((name) => selfSigned(name)) as [Certificate, Certificate];

let directory: string;
let folder: SecretFolder | undefined;
let problems: Array<readonly [string, string]>;
let changes: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'secrets-'));
  problems = [];
  changes = 0;
});
afterEach(() => {
  folder?.close();
  folder = undefined;
  rmSync(directory, { recursive: true });
});

async function open(): Promise<SecretFolder> {
  folder = await SecretFolder.open({
    directory,
    onChange: () => {
      changes += 1;
    },
    onProblem: (...problem) => problems.push(problem),
    checkMs: 5,
  });
  return folder;
}

function write(name: string, files: Record<string, string>): void {
  mkdirSync(join(directory, name), { recursive: true });
  // As those do who do it well: what is there is whole.
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(directory, `.${file}`), text);
    renameSync(join(directory, `.${file}`), join(directory, name, file));
  }
}

const pair = ({ certificatePem, privateKeyPem }: Certificate) => ({
  'tls.crt': certificatePem,
  'tls.key': privateKeyPem,
});
const materialOf = ({ certificatePem: chainPem, privateKeyPem }: Certificate) => ({
  certificate: { chainPem, privateKeyPem },
});

describe('a folder of secrets', () => {
  it('has a secret for each folder, tells what may be told of it, and never what it holds', async () => {
    write('edge', pair(FIRST));
    write('roots', { 'ca.crt': FIRST.certificatePem + SECOND.certificatePem });
    write('empty', {});
    writeFileSync(join(directory, 'README'), 'no secret');
    const secrets = await open();
    expect(secrets.material('edge')).toEqual(materialOf(FIRST));
    expect(secrets.material('roots')).toEqual({ authorityPem: FIRST.certificatePem + SECOND.certificatePem });
    expect(secrets.list()).toMatchObject([
      { name: 'edge', certificate: { names: 'DNS:edge.example' }, authorities: [], problem: null },
      { name: 'roots', certificate: null, authorities: [{}, { names: 'DNS:edge.example' }], problem: null },
    ]);
    expect(JSON.stringify(secrets.list())).not.toContain('PRIVATE KEY');
    expect(problems).toEqual([]);
  });

  it('follows a pair that is renamed into place file by file: only what belongs together is served', async () => {
    write('edge', pair(FIRST));
    const secrets = await open();
    write('edge', { 'tls.crt': SECOND.certificatePem });
    await vi.waitFor(() => expect(problems).toEqual([['edge', 'tls.crt and tls.key do not belong together']]));
    expect(secrets.material('edge')).toEqual(materialOf(FIRST));
    expect(secrets.list()[0]!.problem).toMatch(/do not belong together/);
    expect(changes).toBe(0);
    write('edge', { 'tls.key': SECOND.privateKeyPem });
    await vi.waitFor(() => expect(secrets.material('edge')).toEqual(materialOf(SECOND)));
    expect(changes).toBe(1);
    expect(secrets.list()[0]!.problem).toBeNull();
  });

  it('follows a link that is swapped, as Kubernetes does', async () => {
    write('..1', pair(FIRST));
    write('..2', pair(SECOND));
    const link = (to: string) => {
      symlinkSync(to, join(directory, '.link'));
      renameSync(join(directory, '.link'), join(directory, '..data'));
    };
    link('..1');
    mkdirSync(join(directory, 'edge'));
    for (const file of ['tls.crt', 'tls.key']) symlinkSync(`../..data/${file}`, join(directory, 'edge', file));
    const secrets = await open();
    expect(secrets.material('edge')).toEqual(materialOf(FIRST));
    link('..2');
    await vi.waitFor(() => expect(secrets.material('edge')).toEqual(materialOf(SECOND)));
    expect(problems).toEqual([]);
  });

  it.each([
    [{ 'tls.crt': '' }, 'tls.crt holds no certificate'],
    [{ 'tls.crt': 'PRIVATE' }, 'tls.crt holds no certificate'],
    [{ 'tls.key': 'PRIVATE' }, 'tls.key holds no private key that opens without a passphrase'],
    [{ 'tls.crt': '-----BEGIN CERTIFICATE-----\nPRIVATE\n-----END CERTIFICATE-----' }, 'cannot be read'],
    [{ 'ca.crt': 'PRIVATE' }, 'ca.crt holds no certificate'],
    [{ 'ca.crt': 'x'.repeat(2 ** 21) }, 'ca.crt cannot be read: is larger'],
  ])('keeps what it has when a file is %j, and quotes nothing', async (broken, words) => {
    write('edge', pair(FIRST));
    const secrets = await open();
    write('edge', broken);
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    expect(problems[0]![1]).toContain(words);
    expect(problems[0]![1]).not.toContain('PRIVATE');
    expect(secrets.material('edge')).toEqual(materialOf(FIRST));
  });

  it('keeps what it has when the files go, and says so once', async () => {
    write('edge', pair(FIRST));
    const secrets = await open();
    rmSync(join(directory, 'edge'), { recursive: true });
    await vi.waitFor(() => expect(problems).toEqual([['edge', 'holds neither tls.crt nor ca.crt']]));
    expect(secrets.material('edge')).toEqual(materialOf(FIRST));
    write('edge', pair(SECOND));
    await vi.waitFor(() => expect(secrets.material('edge')).toEqual(materialOf(SECOND)));
    expect(problems).toHaveLength(1);
  });

  it.each([
    [['tls.crt', 'tls.key'], 'tls.crt and tls.key have gone'],
    [['ca.crt'], 'ca.crt has gone'],
  ])('keeps all that it has when %j go', async (files, problem) => {
    write('edge', { ...pair(FIRST), 'ca.crt': SECOND.certificatePem });
    const secrets = await open();
    const before = secrets.material('edge');
    for (const file of files) rmSync(join(directory, 'edge', file));
    await vi.waitFor(() => expect(problems.at(-1)).toEqual(['edge', problem]));
    expect(secrets.material('edge')).toBe(before);
    expect(changes).toBe(0);
  });

  it('serves what was before when an Envoy refuses what has changed, until the files change anew', async () => {
    write('edge', pair(FIRST));
    const secrets = await open();
    secrets.takeBack(['edge', 'unknown'], 'what has never changed');
    expect(changes).toBe(0);
    write('edge', pair(SECOND));
    await vi.waitFor(() => expect(secrets.material('edge')).toEqual(materialOf(SECOND)));
    secrets.takeBack(['other'], 'not about it');
    expect(secrets.material('edge')).toEqual(materialOf(SECOND));
    // That another one changes after it makes no difference.
    write('later', pair(FIRST));
    await vi.waitFor(() => expect(secrets.material('later')).toBeDefined());
    secrets.takeBack(['edge'], 'unknown curve');
    secrets.takeBack(['edge'], 'another Envoy, too late');
    expect(secrets.material('edge')).toEqual(materialOf(FIRST));
    expect(problems).toEqual([['edge', 'an Envoy refused it: unknown curve']]);
    expect(changes).toBe(3);
    const third = selfSigned('edge.example');
    write('edge', pair(third));
    await vi.waitFor(() => expect(secrets.material('edge')).toEqual(materialOf(third)));
  });

  it('has to be there', async () => {
    rmSync(directory, { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(/^--secrets/) });
    mkdirSync(directory);
  });
});

describe('the secrets of a policy', () => {
  const policyOf = (document: object) =>
    parsePolicy({ services: { shop: { address: 'shop:443', ...document } }, mirrors: {} }).policy;
  const nothing = parsePolicy({}).policy;
  const shop = policyOf({ tls: { caSecret: 'roots', clientCertificate: { secret: 'edge' } } });

  it('have to be there, with what is needed of each', async () => {
    write('edge', pair(FIRST));
    write('rootz', { 'ca.crt': FIRST.certificatePem });
    await open();
    const refusal = (then: () => void): unknown => {
      try {
        then();
      } catch (error) {
        return error;
      }
    };
    expect(refusal(() => assertSecretsKnown(shop, folder, nothing))).toMatchObject({
      code: 'POLICY_INVALID',
      problems: [{ path: 'services.shop.tls.caSecret', message: expect.stringMatching(/no secret "roots".*rootz/) }],
    });
    expect(refusal(() => assertSecretsKnown(shop, undefined, nothing))).toMatchObject({
      problems: [{ message: expect.stringContaining('--secrets') }, {}],
    });
    const wrong = policyOf({ tls: { caSecret: 'edge', clientCertificate: { secret: 'rootz' } } });
    expect(refusal(() => assertSecretsKnown(wrong, folder, nothing))).toMatchObject({
      problems: [{ message: expect.stringContaining('no tls.crt') }, { message: expect.stringContaining('no ca.crt') }],
    });
    const right = policyOf({ tls: { caSecret: 'rootz', clientCertificate: { secret: 'edge' } } });
    assertSecretsKnown(right, folder, nothing);
    expect(missingSecrets(right, folder)).toEqual([]);
  });

  it('do not stand in the way where the policy in force names them already, and are told of', async () => {
    await open();
    assertSecretsKnown(shop, folder, shop);
    assertSecretsKnown(shop, undefined, shop);
    expect(missingSecrets(shop, folder).map(({ path }) => path)).toEqual([
      'services.shop.tls.clientCertificate.secret',
      'services.shop.tls.caSecret',
    ]);
    const other = policyOf({ tls: { caSecret: 'others', clientCertificate: { secret: 'edge' } } });
    expect(() => assertSecretsKnown(other, folder, shop)).toThrow(/^services\.shop\.tls\.caSecret: /);
  });

  it('are files for who reads them on this machine', () => {
    expect(withSecretFiles(shop, '/s').services[0]!.tls).toEqual({
      serverName: 'shop',
      caFile: '/s/roots/ca.crt',
      clientCertificate: { certificateFile: '/s/edge/tls.crt', privateKeyFile: '/s/edge/tls.key' },
      insecure: false,
    });
  });
});
