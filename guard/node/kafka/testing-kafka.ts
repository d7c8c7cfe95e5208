import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../test/support/sockets.ts';

const VERSION = '4.3.1';
const PROJECT = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>shadowplane</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>`;
const COPY = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'];
const run = promisify(execFile);

export interface TestKafka {
  readonly address: string;
  stop(): Promise<void>;
}

/** The folder of Kafka's jars, fetched by Maven into the user's cache the first time; or why there is none. */
export async function findKafka(): Promise<{ readonly jars: string } | { readonly missing: string }> {
  const jars = join(homedir(), '.cache', 'shadowplane', `kafka-${VERSION}`);
  try {
    await run('java', ['-version']);
    if (!existsSync(jars)) await fetchJars(jars);
    return { jars };
  } catch (error) {
    return { missing: String((error as Error).message).split('\n', 1)[0]! };
  }
}

async function fetchJars(jars: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'shadowplane-kafka-jars-'));
  try {
    writeFileSync(join(directory, 'pom.xml'), PROJECT);
    await run('mvn', COPY, { cwd: directory, timeout: 240_000 });
    // Into place at once: a run that is cut off must leave no half of it.
    const beside = `${jars}.${randomBytes(4).toString('hex')}`;
    mkdirSync(beside, { recursive: true });
    cpSync(join(directory, 'lib'), beside, { recursive: true });
    renameSync(beside, jars);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A broker of its own on free ports of loopback, which makes no topics by itself; gone with its data when stopped. */
export async function startKafka(jars: string): Promise<TestKafka> {
  const directory = mkdtempSync(join(tmpdir(), 'shadowplane-kafka-'));
  const [broker, controller] = [await freePort(), await freePort()];
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(directory, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
  };
  const file = join(directory, 'server.properties');
  writeFileSync(
    file,
    Object.entries(settings)
      .map((entry) => entry.join('='))
      .join('\n'),
  );
  const java = (...parameters: string[]) => ['-Xmx512m', '-cp', join(jars, '*'), ...parameters];
  const id = randomBytes(16).toString('base64url');
  // One of 64 ids begins with a dash, which would be read as an option of its own.
  await run('java', java('kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', file));
  const server = spawn('java', java('kafka.Kafka', file), { stdio: ['ignore', 'ignore', 'pipe'], cwd: directory });
  const ended = once(server, 'exit');
  const stop = async () => {
    if (server.exitCode === null) server.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  let log = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (text) => {
      if (!log.includes('Kafka Server started')) log += text;
      if (log.includes('Kafka Server started')) resolve();
    });
    ended.then(() => reject(new Error(`Kafka did not start:\n${log.slice(-4000)}`)));
  });
  return { address: `127.0.0.1:${broker}`, stop };
}
