/** Runs the tests of the Python guard: a venv of its own, a real PostgreSQL, a real Kafka broker. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findPostgres, startPostgres } from '../../compare/store/testing-postgres.ts';
import { findKafka, startKafka } from '../node/kafka/testing-kafka.ts';

const HERE = import.meta.dirname;
const REQUIREMENTS = join(HERE, 'requirements-test.txt');
const run = promisify(execFile);

/** Kept in the user's cache; another folder when something else is to be installed. */
const CONTENT = createHash('sha256').update(HERE).update(read('pyproject.toml')).update(read('requirements-test.txt'));
const VENV = join(homedir(), '.cache/shadowplane', `python-guard-${CONTENT.digest('hex').slice(0, 12)}`);
const PYTHON = join(VENV, 'bin/python');

/** Why it cannot be tested here; undefined when it can. */
function install(): string | undefined {
  if (!findPostgres()) return 'there is no PostgreSQL server on this machine';
  if (existsSync(join(VENV, 'complete'))) return undefined;
  const options = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 240_000 } as const;
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  try {
    execFileSync('python3', ['-m', 'venv', VENV], options);
    execFileSync(PYTHON, [...pip, '--no-compile', '--only-binary=:all:', '-r', REQUIREMENTS], options);
    // As a user installs it, except that a change of its source is seen.
    execFileSync(PYTHON, [...pip, '--no-deps', '--no-build-isolation', '--editable', HERE], options);
    rmSync(join(HERE, 'src/shadowplane_guard.egg-info'), { recursive: true, force: true });
    mkdirSync(join(VENV, 'complete'));
    return undefined;
  } catch (error) {
    rmSync(VENV, { recursive: true, force: true });
    return String(error).slice(0, 1000);
  }
}

const missing = install();
if (missing) process.stderr.write(`The guard for Python is not tested: ${missing}\n`);

it('has the version of Shadowplane', () => {
  const { version } = JSON.parse(readFileSync(join(HERE, '../../package.json'), 'utf8'));
  expect(read('pyproject.toml')).toContain(`version = "${version}"`);
  expect(read('src/shadowplane_guard/guard.py')).toContain(`__version__ = "${version}"`);
});

describe.skipIf(missing)('the guard for Python', () => {
  it('keeps its promises', { timeout: 180_000 }, async () => {
    const [kafka, postgres] = await Promise.all([startBroker(), startPostgres(findPostgres()!)]);
    onTestFinished(async () => {
      await Promise.all([postgres.stop(), kafka?.stop()]);
    });
    const environment = {
      ...process.env,
      PYTHONPYCACHEPREFIX: join(VENV, 'pycache'),
      SHADOWPLANE_TEST_POSTGRES: postgres.url,
      ...(kafka && { SHADOWPLANE_TEST_KAFKA: kafka.address }),
    };
    // Not the environment of whoever runs this.
    delete (environment as NodeJS.ProcessEnv).SHADOW_MODE;
    const arguments_ = ['-m', 'pytest', '-q', '--tb=short', '-rs', ...(kafka ? [] : ['--ignore=tests/test_kafka.py'])];
    const { stdout } = await run(PYTHON, arguments_, { cwd: HERE, env: environment, timeout: 170_000 }).catch(
      (error) => {
        throw new Error(`${error.stdout}\n${error.stderr}`);
      },
    );
    expect(stdout).toMatch(/^\d+ passed(, \d+ warnings)? in/m);
  });
});

async function startBroker() {
  const kafka = await findKafka();
  if ('jars' in kafka) return startKafka(kafka.jars);
  process.stderr.write(`Python's Kafka producers are not tested: ${kafka.missing}\n`);
  return undefined;
}

function read(file: string): string {
  return readFileSync(join(HERE, file), 'utf8');
}
