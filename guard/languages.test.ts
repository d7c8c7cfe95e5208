/** Runs the tests of the guards for Python and Java, one after the other, with one PostgreSQL and one Kafka broker. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres, startPostgres } from '../compare/store/testing-postgres.ts';
import { findKafka, startKafka } from './node/kafka/testing-kafka.ts';
import { runMaven } from './testing-java.ts';
import { findPython, runPytest } from './testing-python.ts';

it('every guard has the version of Shadowplane', () => {
  const read = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');
  const { version } = JSON.parse(read('../package.json'));
  expect(read('python/pyproject.toml')).toContain(`version = "${version}"`);
  expect(read('python/src/shadowplane_guard/guard.py')).toContain(`__version__ = "${version}"`);
  expect(read('java/pom.xml')).toContain(`<artifactId>shadowplane-guard</artifactId>\n  <version>${version}</version>`);
  expect(read('java/src/main/java/dev/shadowplane/guard/ShadowGuard.java')).toContain(`VERSION = "${version}"`);
});

const postgresBinaries = findPostgres();
if (!postgresBinaries)
  process.stderr.write(
    'The guards for Python and Java are not tested: there is no PostgreSQL server on this machine.\n',
  );

describe.skipIf(!postgresBinaries)('the guard for', () => {
  const running: { stop(): Promise<void> }[] = [];
  const environment: NodeJS.ProcessEnv = { ...process.env };
  // Not the mode of whoever runs this.
  delete environment.SHADOW_MODE;

  beforeAll(async () => {
    const [kafka, postgres] = await Promise.all([findKafka(), startPostgres(postgresBinaries!)]);
    running.push(postgres);
    environment.SHADOWPLANE_TEST_POSTGRES = postgres.url;
    environment.SHADOWPLANE_TEST_POSTGRES_JDBC = jdbcUrl(postgres.url);
    if ('missing' in kafka) {
      process.stderr.write(`Producers of Kafka are not tested in Python and Java: ${kafka.missing}\n`);
      return;
    }
    const broker = await startKafka(kafka.jars);
    running.push(broker);
    environment.SHADOWPLANE_TEST_KAFKA = broker.address;
  }, 300_000);
  afterAll(() => Promise.all(running.map((service) => service.stop())));

  it('Python keeps its promises', { timeout: 600_000 }, async ({ skip }) => {
    const found = await findPython();
    if ('missing' in found) return skip(saying(`The guard for Python is not tested: ${found.missing}`));
    const report = await runPytest(found.python, environment);
    expect(report).toMatch(environment.SHADOWPLANE_TEST_KAFKA ? /^\d+ passed(, \d+ warnings?)? in/m : /^\d+ passed/m);
  });

  it('Java keeps its promises', { timeout: 600_000 }, async ({ skip }) => {
    const report = await runMaven(environment);
    if ('missing' in report) return skip(saying(`The guard for Java is not tested: ${report.missing}`));
    expect(report.ran).toBeGreaterThan(0);
    if (environment.SHADOWPLANE_TEST_KAFKA) expect(report.skipped).toBe(0);
  });
});

function jdbcUrl(url: string): string {
  const { host, pathname, username } = new URL(url);
  return `jdbc:postgresql://${host}${pathname}?user=${username}`;
}

function saying(why: string): string {
  process.stderr.write(`${why}\n`);
  return why;
}
