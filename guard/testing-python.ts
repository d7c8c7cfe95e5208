import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const HERE = join(import.meta.dirname, 'python');
const INSTALL_TIMEOUT_MS = 300_000;
const PIP = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
const run = promisify(execFile);

/** A Python that has the guard and all that it is tried with, kept in the user's cache; or why there is none. */
export async function findPython(): Promise<{ readonly python: string } | { readonly missing: string }> {
  const content = ['pyproject.toml', 'requirements-test.txt'].map((file) => readFileSync(join(HERE, file), 'utf8'));
  const version = createHash('sha256')
    .update([HERE, ...content].join())
    .digest('hex')
    .slice(0, 12);
  const folder = join(homedir(), '.cache', 'shadowplane', `python-guard-${version}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return { python };
  const options = { timeout: INSTALL_TIMEOUT_MS };
  try {
    await run('python3', ['-m', 'venv', folder], options);
    const wheels = ['--only-binary=:all:', '--no-compile', '-r', join(HERE, 'requirements-test.txt')];
    await run(python, [...PIP, ...wheels], options);
    // As a user installs it, except that a change of its source is seen.
    await run(python, [...PIP, '--no-deps', '--no-build-isolation', '--editable', HERE], options);
    rmSync(join(HERE, 'src/shadowplane_guard.egg-info'), { recursive: true, force: true });
    mkdirSync(join(folder, 'complete'));
    return { python };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { missing: String(error).slice(0, 1000) };
  }
}

/** Runs its tests; gives pytest's report, or fails with it. */
export async function runPytest(python: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const env = { ...environment, PYTHONPYCACHEPREFIX: join(python, '../../pycache') };
  const parameters = ['-m', 'pytest', '-q', '--tb=short', '-rs'];
  return run(python, parameters, { cwd: HERE, env, timeout: 480_000 }).then(
    ({ stdout }) => stdout,
    (error) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    },
  );
}
