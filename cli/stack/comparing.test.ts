import { describe, expect, it } from 'vitest';
import { readComparing } from './comparing.ts';
import { freePort } from './ports.ts';
import type { RunOptions } from './run-options.ts';

const LOOPBACK = { host: '127.0.0.1', port: 18000 };
const ELSEWHERE = { host: '0.0.0.0', port: 18000 };

function read(options: Partial<RunOptions>, xds = LOOPBACK) {
  const notes: string[] = [];
  const result = readComparing({ compare: true, logLevel: 'info', ...options }, xds, (line) => notes.push(line));
  return { result, notes };
}

describe('whether answers are compared', () => {
  it('yes, where it is not said, when Envoy is on this machine', async () => {
    const captureListen = `127.0.0.1:${await freePort('127.0.0.1')}`;
    const port = Number(captureListen.split(':')[1]);
    expect(await read({ captureListen }).result).toEqual({ listen: { host: '127.0.0.1', port } });
  });

  it('not with --no-compare, whatever else is said', async () => {
    expect(await read({ compare: false, captureListen: '0.0.0.0:1' }).result).toBeUndefined();
  });

  it('not for Envoys elsewhere without an address for them, and a line says so', async () => {
    const { result, notes } = read({}, ELSEWHERE);
    expect(await result).toBeUndefined();
    expect(notes.join()).toMatch(/--capture-listen/);
  });

  it.each([
    [{ captureListen: '0.0.0.0:0', captureAddress: 'control-plane:18001' }, /plain text only when.*--capture-insecure/],
    [{ captureListen: '0.0.0.0:0', captureInsecure: true }, /--capture-address/],
    [{ captureListen: '127.0.0.1:0', captureAddress: 'control-plane' }, /port/],
  ])('%j is refused', async (options, message) => {
    await expect(read(options, ELSEWHERE).result).rejects.toThrow(message);
  });

  it('in plain text beyond loopback when that was asked for by name', async () => {
    const options = { captureListen: '0.0.0.0:0', captureAddress: 'control-plane:18001', captureInsecure: true };
    expect(await read(options, ELSEWHERE).result).toEqual({
      listen: { host: '0.0.0.0', port: 0 },
      address: 'control-plane:18001',
      insecure: true,
    });
  });

  it('over mutual TLS, with all of its flags', async () => {
    const options = {
      captureListen: '0.0.0.0:0',
      captureAddress: 'control-plane:18001',
      captureTlsCert: 'c.pem',
      captureTlsKey: 'c.key',
      captureClientCa: 'envoys.pem',
      captureEnvoyCert: '/e.pem',
      captureEnvoyKey: '/e.key',
      captureEnvoyCa: '/ca.pem',
    };
    const envoy = {
      certificateFile: '/e.pem',
      privateKeyFile: '/e.key',
      caFile: '/ca.pem',
      serverName: 'control-plane',
    };
    const files = { certificateFile: 'c.pem', keyFile: 'c.key', clientAuthorityFile: 'envoys.pem' };
    const result = await read(options, ELSEWHERE).result;
    expect(result).toMatchObject({ tls: { files, envoy } });
    expect(result).not.toHaveProperty('insecure');
    const named = await read({ ...options, captureServerName: 'cp' }, ELSEWHERE).result;
    expect(named?.tls?.envoy.serverName).toBe('cp');
    const { captureEnvoyKey: _key, ...lacking } = { ...options, captureAddress: '10.0.0.7:1' };
    await expect(read(lacking, ELSEWHERE).result).rejects.toThrow(
      /also needs --capture-envoy-key, --capture-server-name$/,
    );
  });

  it('and on loopback nothing is insecure', async () => {
    const { result } = read({ captureListen: '127.0.0.1:0', captureInsecure: true });
    expect(await result).not.toHaveProperty('insecure');
  });
});
