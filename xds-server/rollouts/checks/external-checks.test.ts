import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExternalCheck } from '../../../rollout/index.ts';
import { type AskedAbout, ExternalChecks } from './external-checks.ts';

const servers: Server[] = [];
const running: ExternalChecks[] = [];

afterEach(() => {
  for (const checks of running.splice(0)) checks.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ABOUT: AskedAbout = {
  mirror: 'orders',
  step: 'canary 10%',
  phase: 'canary',
  weights: { copies: 'as-configured', users: {} },
  status: 'running',
};

function webhook(url: string, fields: Partial<ExternalCheck> = {}): ExternalCheck {
  const usual = { name: 'smoke', intervalMs: 10, timeoutMs: 10_000, failures: 1 };
  return { ...usual, ...fields, kind: 'webhook', url } as ExternalCheck;
}

function started(checks: readonly ExternalCheck[], onChange = () => {}): ExternalChecks {
  const asked = new ExternalChecks({ onChange });
  running.push(asked);
  asked.follow(checks, ABOUT, 'one');
  return asked;
}

const outcomeOf = (checks: ExternalChecks) => checks.list()[0]?.outcome;
const whyOf = (checks: ExternalChecks) => checks.list()[0]?.why;

describe('a webhook', () => {
  it('is told what it is asked about, and asked again and again', async () => {
    const bodies: string[] = [];
    const url = await serve((request, response) => {
      let body = `${request.method} ${request.url} ${request.headers['content-type']} `;
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        bodies.push(body);
        response.end('all is well');
      });
    });
    let changes = 0;
    const checks = started([webhook(`${url}/orders?a=1`)], () => {
      changes += 1;
    });
    expect(checks.list()).toEqual([
      { name: 'smoke', kind: 'webhook', outcome: 'not-enough-data', why: 'no answer yet', at: null },
    ]);
    await expect.poll(() => bodies.length).toBeGreaterThan(2);
    expect(bodies[0]).toBe(`POST /orders?a=1 application/json ${JSON.stringify(ABOUT)}`);
    expect(checks.list()[0]).toMatchObject({
      outcome: 'pass',
      why: `${new URL(url).host} answered 200: all is well`,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(changes).toBe(1);
  });

  it('fails after so many answers in a row that say no; silence is none of them', async () => {
    const answers = [409, 409, 200, 409, 503, 409, 409];
    const seen: string[] = [];
    const url = await serve((_, response) => {
      response.writeHead(answers.shift() ?? 200).end();
    });
    const checks = started([webhook(url, { failures: 3 })], () => seen.push(outcomeOf(checks)!));
    await expect.poll(() => seen).toEqual(['pass', 'not-enough-data', 'fail', 'pass']);
  });

  it('says how often it has said no', async () => {
    const url = await serve((_, response) => void response.writeHead(403).end());
    const checks = started([webhook(url, { failures: 3, intervalMs: 3_600_000 })]);
    await expect.poll(() => whyOf(checks)).toMatch(/answered 403, 1 of the 3 times in a row that it takes$/);
    expect(outcomeOf(checks)).toBe('not-enough-data');
  });
});

describe('no answer is not enough data:', () => {
  it.each<[string, RequestListener, RegExp, Partial<ExternalCheck>?]>([
    ['none in time', () => {}, /does not answer within 50 ms$/, { timeoutMs: 50 }],
    [
      'one that never ends',
      (_, response) => void response.write('x'),
      /does not answer within 50 ms$/,
      { timeoutMs: 50 },
    ],
    ['one that is broken off', (_, response) => void response.destroy(), /broke the connection off$/],
    ['a fault', (_, response) => void response.writeHead(500).end(), /answered 500$/],
    ['no HTTP', (_, response) => void response.socket!.end('hello\r\n\r\n'), /cannot be asked: HPE_/],
    ['a redirect to another host', redirect(308, 'http://localhost.invalid/'), /another host, which is not followed$/],
    ['a redirect that drops what is sent', redirect(302, '/other'), /answered 302, which drops what is sent$/],
    ['redirects without end', redirect(307, '/'), /redirects more than 3 times$/],
    ['a redirect to nowhere', redirect(308, 'http://['), /another host, which is not followed$/],
  ])('%s', async (_, answer, why, fields) => {
    const checks = started([webhook(await serve(answer), fields)]);
    await expect.poll(() => checks.list()[0]!.at).not.toBeNull();
    expect(outcomeOf(checks)).toBe('not-enough-data');
    expect(whyOf(checks)).toMatch(why);
  });

  it('nobody there', async () => {
    const url = await serve(() => {});
    servers.pop()!.close();
    const checks = started([webhook(url)]);
    await expect.poll(() => whyOf(checks)).toMatch(/refuses the connection$/);
    expect(outcomeOf(checks)).toBe('not-enough-data');
  });

  it('and what passed before does not pass any more', async () => {
    let status = 200;
    const url = await serve((_, response) => void response.writeHead(status).end());
    const checks = started([webhook(url)]);
    await expect.poll(() => outcomeOf(checks)).toBe('pass');
    status = 500;
    await expect.poll(() => outcomeOf(checks)).toBe('not-enough-data');
  });
});

it('follows a redirect of the same host', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/') redirect(308, '/there')(request, response);
    else response.writeHead(request.url === '/there' && request.method === 'POST' ? 200 : 404).end();
  });
  const checks = started([webhook(url)]);
  await expect.poll(() => outcomeOf(checks)).toBe('pass');
});

it('reads 64 KiB of an answer and no more', async () => {
  let sent = 0;
  const url = await serve((_, response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384))) sent += 16_384;
    };
    response.on('drain', more);
    more();
  });
  const checks = started([webhook(url, { intervalMs: 3_600_000 })]);
  await expect.poll(() => outcomeOf(checks)).toBe('pass');
  expect(sent).toBeLessThan(16 * 1024 * 1024);
});

it('says nothing of an address but its host', async () => {
  const url = await serve((_, response) => void response.writeHead(409).end());
  const checks = started([webhook(`${url}/hooks/s3cret?key=s3cret`)]);
  await expect.poll(() => outcomeOf(checks)).toBe('fail');
  expect(JSON.stringify(checks.list())).not.toContain('s3cret');
});

describe('a query', () => {
  const query = (url: string): ExternalCheck => ({
    kind: 'prometheus',
    name: 'queue',
    url,
    query: 'max(a{b="c"}) > 1',
    atMost: 10,
    intervalMs: 10,
    timeoutMs: 10_000,
    failures: 2,
  });

  it('is asked as Prometheus wants it, behind any path', async () => {
    const asked: string[] = [];
    let value = '3';
    const url = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(
        `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"${value}"]}]}}`,
      );
    });
    const checks = started([query(`${url}/prometheus/?tenant=a`)]);
    await expect.poll(() => outcomeOf(checks)).toBe('pass');
    expect(asked[0]).toBe('GET /prometheus/api/v1/query?tenant=a&query=max%28a%7Bb%3D%22c%22%7D%29+%3E+1');
    value = '11';
    await expect.poll(() => outcomeOf(checks)).toBe('fail');
    expect(whyOf(checks)).toMatch(/^127\.0\.0\.1:\d+ has 11, where at most 10 is allowed$/);
  });
});

describe('another step', () => {
  it('counts no answer of the one before, not even one that was under way', async () => {
    const waiting: (() => void)[] = [];
    const url = await serve((_, response) => void waiting.push(() => response.end()));
    const check = webhook(url, { intervalMs: 3_600_000 });
    const checks = started([check]);
    await expect.poll(() => waiting.length).toBe(1);
    checks.follow([check], { ...ABOUT, step: 'canary 25%' }, 'two');
    await expect.poll(() => waiting.length).toBe(2);
    waiting[0]!();
    expect(outcomeOf(checks)).toBe('not-enough-data');
    waiting[1]!();
    await expect.poll(() => outcomeOf(checks)).toBe('pass');
    checks.follow([check], ABOUT, 'three');
    expect(outcomeOf(checks)).toBe('not-enough-data');
  });

  it('asks nobody twice in the same one, and what is new or gone at once', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url!);
      response.end();
    });
    const check = (name: string) => webhook(`${url}/${name}`, { name, intervalMs: 3_600_000 });
    const checks = started([check('a'), check('b')]);
    await expect.poll(() => checks.list().every(({ outcome }) => outcome === 'pass')).toBe(true);
    checks.follow([check('c'), check('a')], ABOUT, 'one');
    expect(checks.list().map(({ name, outcome }) => [name, outcome])).toEqual([
      ['c', 'not-enough-data'],
      ['a', 'pass'],
    ]);
    await expect.poll(() => outcomeOf(checks)).toBe('pass');
    expect(asked.toSorted()).toEqual(['/a', '/b', '/c']);
  });
});

it('asks nobody any more once it is closed, and takes no answer', async () => {
  const asked: string[] = [];
  let isOpen = false;
  const url = await serve((request, response) => {
    asked.push(request.url!);
    if (request.url === '/other') response.end();
    else {
      isOpen = true;
      request.socket.once('close', () => {
        isOpen = false;
      });
    }
  });
  const checks = started([webhook(url)]);
  await expect.poll(() => isOpen).toBe(true);
  checks.close();
  await expect.poll(() => isOpen).toBe(false);
  started([webhook(`${url}/other`)]);
  await expect.poll(() => asked.length).toBeGreaterThan(5);
  expect(asked.filter((path) => path !== '/other')).toEqual(['/']);
  expect(checks.list()).toMatchObject([{ outcome: 'not-enough-data', at: null }]);
});

function redirect(status: number, location: string): RequestListener {
  return (_, response) => void response.writeHead(status, { location }).end();
}
