import * as zlib from 'node:zlib';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, HeaderList } from '../exchange.ts';
import { type CompareOptions, type Comparison, compareAnswers } from './compare-answers.ts';
import { PreparedAnswer } from './prepared-answer.ts';
import { compileRules } from './rule-matcher.ts';

const JSON_TYPE = ['content-type', 'application/json'] as const;

function answer(body: string | Uint8Array, more: Partial<Answer> = {}): Answer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    status: 200,
    headers: [JSON_TYPE],
    trailers: [],
    body: bytes,
    bodyBytes: bytes.length,
    truncated: false,
    localReply: false,
    ended: 'complete',
    headersMs: 1,
    lastByteMs: 2,
    ...more,
  };
}

function compare(primary: Answer, candidate: Answer, options: Partial<CompareOptions> = {}): Comparison {
  return compareAnswers(new PreparedAnswer(primary), new PreparedAnswer(candidate), { method: 'GET', ...options });
}

function found(primary: Answer, candidate: Answer, options: Partial<CompareOptions> = {}): string[] {
  const { outcome, differences } = compare(primary, candidate, options);
  expect(outcome).toBe('compared');
  return differences.map(({ kind, pointer }) => `${kind} ${pointer}`);
}

const plain = (text: string, type = 'text/plain') => answer(text, { headers: [['content-type', type]] });
const withHeaders = (...headers: HeaderList) => answer('{}', { headers: [JSON_TYPE, ...headers] });

describe('stories', () => {
  test('money at the fourth decimal', () => {
    const { differences } = compare(answer('{"totals":{"tax":12.5}}'), answer('{"totals":{"tax":12.5001}}'));
    expect(differences).toEqual([
      { kind: 'value', path: '/totals/tax', pointer: '/totals/tax', primary: '12.5', candidate: '12.5001' },
    ]);
    expect(found(answer('{"tax":12.50}'), answer('{"tax":12.5}'))).toEqual([]);
  });

  test('64-bit ids', () => {
    expect(found(answer('{"id":9007199254740993}'), answer('{"id":9007199254740992}'))).toEqual(['value /id']);
  });

  test('reordered arrays', () => {
    expect(found(answer('{"tags":["a","b","c"]}'), answer('{"tags":["c","a","b"]}'))).toEqual(['order /tags']);
  });

  test('headers that are named after an id are one field', () => {
    const paths = (name: string) => {
      const { differences } = compare(withHeaders([name, '1']), withHeaders([name, '2']));
      return differences.map(({ path, pointer }) => [path, pointer]);
    };
    expect(paths('X-Job-3f2a91c07')).toEqual([['header:x-job-*', 'header:x-job-3f2a91c07']]);
    expect(paths('x-job-550e8400-e29b-41d4-a716-446655440000-state')[0]![0]).toBe('header:x-job-*');
    for (const name of ['x-amz-id-2', 'x-sha-256', 'x-oauth2-scopes', 'x-feed-face']) {
      expect(paths(name)).toEqual([[`header:${name}`, `header:${name}`]]);
    }
    const rule = { id: 'r', effect: 'ignore', path: 'header:x-job-*', reason: 'jobs', author: 'ann' } as const;
    expect(
      found(withHeaders(['x-job-3f2a91c07', '1']), withHeaders(), { rules: compileRules([rule], 'GET /', 0) }),
    ).toEqual([]);
  });

  test('a missing header', () => {
    const { differences } = compare(withHeaders(['Warning', '299 - "old"']), withHeaders());
    expect(differences).toEqual([
      { kind: 'missing', path: 'header:warning', pointer: 'header:warning', primary: '299 - "old"' },
    ]);
  });

  test('a changed status: one difference, whatever the error page looks like', () => {
    const failed = answer('{"error":"x"}', { status: 500, headers: [JSON_TYPE, ['x-error', '1']] });
    expect(compare(answer('{"id":1}'), failed).differences).toEqual([
      { kind: 'status', path: ':status', pointer: ':status', primary: '200', candidate: '500' },
    ]);
    expect(found(answer('{"a":1}', { status: 400 }), answer('{"a":2}', { status: 422 }))).toEqual([
      'status :status',
      'value /a',
    ]);
  });

  test('no content any more: the headers of a body go with the body', () => {
    const nothing = answer('', { status: 204, headers: [['x-checked', 'yes']] });
    expect(found(answer('{"id":1}', { headers: [JSON_TYPE, ['x-checked', 'yes']] }), nothing)).toEqual([
      'status :status',
    ]);
    expect(found(answer('{}'), answer('{}', { headers: [] }))).toEqual(['missing header:content-type']);
    expect(found(answer('', { status: 204, headers: [JSON_TYPE] }), answer('', { status: 204, headers: [] }))).toEqual([
      'missing header:content-type',
    ]);
  });

  test('compressed against plain, in every encoding', () => {
    const text = JSON.stringify({ list: Array.from({ length: 100 }, (_, index) => index) });
    const packed = {
      gzip: gzipSync,
      br: brotliCompressSync,
      deflate: deflateSync,
      'x-gzip': gzipSync,
      Identity: Buffer.from,
    };
    for (const [encoding, compress] of Object.entries(packed)) {
      const candidate = (of: string) =>
        answer(compress(Buffer.from(of)), {
          headers: [JSON_TYPE, ['content-encoding', encoding], ['vary', 'Accept-Encoding'], ['etag', 'W/"a-gzip"']],
        });
      const primary = answer(text, { headers: [JSON_TYPE, ['content-length', '291'], ['etag', '"a"']] });
      expect(found(primary, candidate(text))).toEqual([]);
      expect(found(primary, candidate(text.replace('[0,', '[100,')))).toEqual(['value /list/0']);
    }
    const twice = answer(brotliCompressSync(gzipSync(text)), {
      headers: [JSON_TYPE, ['content-encoding', 'gzip, br']],
    });
    const raw = answer(deflateRawSync(text), { headers: [JSON_TYPE, ['content-encoding', 'deflate']] });
    expect(found(twice, raw)).toEqual([]);
  });

  test('zstd where Node has it; elsewhere it is said that it is not comparable', () => {
    const compress = (zlib as { zstdCompressSync?: (text: string) => Uint8Array }).zstdCompressSync;
    const body = compress?.('{"a":1}') ?? Buffer.from('28b52ffd', 'hex');
    const packed = answer(body, { headers: [JSON_TYPE, ['content-encoding', 'zstd']] });
    const { outcome, reason } = compare(answer('{"a":1}'), packed);
    if (compress) expect(outcome).toBe('compared');
    else expect([outcome, reason]).toEqual(['not_comparable', 'zstd needs Node 22.15 or newer']);
    expect(found(packed, packed)).toEqual([]);
  });

  test('chunked against a length', () => {
    const one = withHeaders(
      ['content-length', '2'],
      ['Date', 'Mon'],
      ['x-request-id', 'a'],
      ['x-envoy-upstream-x', '1'],
    );
    const other = withHeaders(['transfer-encoding', 'chunked'], ['date', 'Tue'], ['traceparent', 'b'], ['server', 's']);
    expect(found(one, other)).toEqual([]);
    expect(found(one, other, { alsoCompareHeaders: new Set(['date']) })).toEqual(['value header:date']);
  });

  test('the header that names the version, which differs by intent', () => {
    const one = withHeaders(['x-app-version', '1']);
    const other = withHeaders(['x-app-version', '2']);
    expect(found(one, other)).toEqual(['value header:x-app-version']);
    expect(found(one, other, { versionHeader: 'x-app-version' })).toEqual([]);
  });

  test('answers without a body: 204, 304 and HEAD', () => {
    expect(found(answer('', { status: 204, headers: [] }), answer('', { status: 204, headers: [] }))).toEqual([]);
    expect(found(answer('{"a":1}'), answer('', { status: 204 }))).toEqual(['status :status']);
    expect(found(answer('{"a":1}'), answer('', { status: 304 }))).toEqual(['status :status']);
    expect(found(answer('', { status: 304 }), answer('', { status: 304, headers: [] }))).toEqual([
      'missing header:content-type',
    ]);
    expect(found(answer('{"a":1}'), answer(''), { method: 'HEAD' })).toEqual([]);
    expect(found(answer('{"a":1}'), answer(''))).toEqual(['missing :body']);
    expect(found(answer(''), answer('{"a":1}'))).toEqual(['extra :body']);
  });

  test('text by line', () => {
    expect(found(plain('a\nb\nc\nd'), plain('a\nX\nc\nnew\nd'))).toEqual(['value :body/2', 'extra :body/4']);
    expect(found(plain('a\nb\nc'), plain('a\nc'))).toEqual(['missing :body/2']);
    expect(found(plain('a\nb\nc\nd\ne'), plain('a\nc\nd\nnew\ne'))).toEqual(['missing :body/2', 'extra :body/4']);
    expect(found(plain('a\nb\nc\nd\ne\nf'), plain('a\nc\nd\nx\nf\ng'))).toEqual([
      'missing :body/2',
      'value :body/5',
      'extra :body/6',
    ]);
    expect(found(plain('a\r\nb'), plain('a\nb'))).toEqual(['value :body']);
    expect(
      found(plain('ä', 'text/plain;charset=utf-8'), {
        ...plain('', 'text/plain;charset=utf-8'),
        body: Buffer.from('ä'),
      }),
    ).toEqual([]);
    const latin = answer(Buffer.from('ä', 'latin1'), { headers: [['content-type', 'text/html; charset=iso-8859-1']] });
    expect(found(plain('ä', 'text/html;charset=utf-8'), latin)).toEqual(['value header:content-type']);
  });

  test('other bodies by hash and size', () => {
    const image = (...bytes: number[]) => answer(Buffer.from(bytes), { headers: [['content-type', 'image/png']] });
    expect(found(image(1, 2), image(1, 2))).toEqual([]);
    const [difference] = compare(image(1, 2), image(1, 2, 3)).differences;
    expect(difference).toMatchObject({ kind: 'value', path: ':body' });
    expect(difference?.candidate).toMatch(/^3 bytes, sha256 [\da-f]{16}$/);
  });

  test('2 MB of JSON', () => {
    const order = (index: number) => ({ id: index, name: `order ${index}`, lines: [{ sku: 'a', price: 1.25 }] });
    const orders = Array.from({ length: 32_000 }, (_, index) => order(index));
    const text = JSON.stringify(orders);
    expect(text.length).toBeGreaterThan(2_000_000);
    orders[20_000]!.lines[0]!.price = 1.2501;
    expect(found(answer(text), answer(JSON.stringify(orders)))).toEqual(['value /20000/lines/0/price']);
    orders.splice(100, 0, order(-1));
    expect(found(answer(text), answer(JSON.stringify(orders)))).toEqual([
      'length ',
      'value /20000/lines/0/price',
      'extra /100',
    ]);
  });

  test('invalid JSON is text; against valid JSON it is another type', () => {
    expect(found(answer('{"a":1,}'), answer('{"a":1,}'))).toEqual([]);
    expect(found(answer('{\n"a":1,\n}'), answer('{\n"a":2,\n}'))).toEqual(['value :body/2']);
    const { differences } = compare(answer('{"a":1}'), answer('{"a":1'));
    expect(differences).toEqual([
      { kind: 'type', path: ':body', pointer: ':body', primary: 'JSON: {"a":1}', candidate: 'not valid JSON: {"a":1' },
    ]);
  });

  test('JSON that was not said to be JSON', () => {
    for (const headers of [
      [],
      [['content-type', 'text/plain']],
      [['content-type', 'application/octet-stream']],
    ] as HeaderList[]) {
      expect(found(answer('{"a":1}', { headers }), answer('{"a":2}', { headers }))).toEqual(['value /a']);
      expect(found(answer('1', { headers }), answer('2', { headers }))).toEqual(['value :body/1']);
    }
  });
});

describe('what cannot be compared is said', () => {
  const cut = (text: string, headers: HeaderList = [JSON_TYPE]) =>
    answer(text, { headers, truncated: true, bodyBytes: 1000 });

  test('truncated bodies, also where the captured parts are equal; a status decides all the same', () => {
    expect(compare(cut('{"a"'), cut('{"a"'))).toMatchObject({
      outcome: 'truncated',
      reason: "4 of the primary's 1000 bytes are known",
    });
    const packed = cut('x', [JSON_TYPE, ['content-encoding', 'gzip']]);
    expect(compare(answer('{}'), packed)).toMatchObject({ outcome: 'not_comparable' });
    expect(compare(answer('{}'), answer('{', { ended: 'reset' }))).toMatchObject({ outcome: 'truncated' });
    expect(found(answer('{}'), answer('{', { status: 503, truncated: true }))).toEqual(['status :status']);
  });

  test('a compression bomb is stopped at the limit', () => {
    const bomb = answer(gzipSync(Buffer.alloc(10_000_000)), { headers: [JSON_TYPE, ['content-encoding', 'gzip']] });
    const prepared = new PreparedAnswer(bomb, 1_000_000);
    expect(compareAnswers(new PreparedAnswer(answer('{}')), prepared, { method: 'GET' })).toMatchObject({
      outcome: 'not_comparable',
      reason: 'more than 1000000 bytes when decompressed',
    });
  });

  test('damaged and unknown encodings', () => {
    const packed = (encoding: string) => answer('nonsense', { headers: [JSON_TYPE, ['content-encoding', encoding]] });
    const reason = (encoding: string) => {
      const { outcome, reason } = compare(packed(encoding), answer('{}'));
      return `${outcome}: ${reason}`;
    };
    expect(reason('gzip')).toBe('not_comparable: not valid gzip');
    expect(reason('br')).toBe('not_comparable: not valid br');
    expect(compare(answer('{}'), packed('pack200')).reason).toBe('unknown encoding pack200');
    expect(compare(answer('{}'), packed('gzip,gzip,gzip,gzip')).reason).toBe('encoded 4 times');
  });

  test('a candidate that sends damaged bytes where the primary does not is different, not incomparable', () => {
    const damaged = answer('nonsense', { headers: [JSON_TYPE, ['content-encoding', 'gzip']] });
    expect(compare(answer('{}'), damaged)).toMatchObject({
      outcome: 'compared',
      differences: [{ kind: 'type', path: ':body', primary: 'JSON: {}', candidate: 'not valid gzip' }],
    });
    const other = answer('other nonsense', { headers: [JSON_TYPE, ['content-encoding', 'gzip']] });
    expect(compare(other, damaged)).toMatchObject({ outcome: 'not_comparable' });
  });
});

describe('headers mean what they mean', () => {
  test.each<[string, string, string]>([
    ['content-type', 'application/json; charset=UTF-8', 'application/JSON'],
    ['content-type', 'text/html;charset="utf-8"', 'text/html; charset=UTF8'],
    ['content-type', 'multipart/form-data; boundary=a', 'multipart/form-data; boundary=b'],
    ['vary', 'Origin, Accept-Encoding', 'origin'],
    ['cache-control', 'no-store,max-age=0', 'max-age=0, no-store'],
  ])('%s: %s is %s', (name, one, other) => {
    const headers = (value: string) => answer('x', { headers: [[name, value]] });
    expect(found(headers(one), headers(other))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['content-type', 'text/html; charset=utf-8', 'text/html; charset=iso-8859-1'],
    ['vary', 'origin', 'cookie'],
    ['location', '/A', '/a'],
    ['etag', '"a"', '"b"'],
  ])('%s: %s is not %s', (name, one, other) => {
    const headers = (value: string) => answer('x', { headers: [[name, value]] });
    expect(found(headers(one), headers(other))).toEqual([`value header:${name}`]);
  });

  test('several lines are one with commas; cookies stay apart and may change their order', () => {
    expect(found(withHeaders(['x-a', '1'], ['X-A', '2']), withHeaders(['x-a', '1, 2']))).toEqual([]);
    expect(
      found(
        withHeaders(['set-cookie', 'a=1'], ['set-cookie', 'b=2']),
        withHeaders(['set-cookie', 'b=2'], ['set-cookie', 'a=1']),
      ),
    ).toEqual([]);
  });

  test('rules reach headers by name, status and body too', () => {
    const rule = (path: string) =>
      compileRules([{ id: path, path, effect: 'ignore', reason: '', author: '' }], 'GET /', 0);
    const [one, other] = [
      withHeaders(['x-node', 'a'], ['x-nodes', 'a']),
      withHeaders(['x-node', 'b'], ['x-nodes', 'b']),
    ];
    expect(found(one, other, { rules: rule('header:X-Node') })).toEqual(['value header:x-nodes']);
    expect(found(one, other, { rules: rule('header:x-node*') })).toEqual([]);
    expect(found(plain('a'), plain('b'), { rules: rule(':body') })).toEqual([]);
    const { hidden } = compare(answer('{}'), answer('{}', { status: 201 }), { rules: rule(':status') });
    expect(hidden).toEqual(new Map([[':status', 1]]));
  });
});

describe('gRPC', () => {
  const OK: HeaderList = [['grpc-status', '0']];
  const GRPC = ['content-type', 'application/grpc'] as const;
  const frame = (message: Uint8Array, flag = 0) => {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt8(flag, 0);
    prefix.writeUInt32BE(message.length, 1);
    return Buffer.concat([prefix, message]);
  };
  const grpc = (messages: Uint8Array[], trailers = OK, more: HeaderList = []) =>
    answer(Buffer.concat(messages), { headers: [GRPC, ...more], trailers });
  const [a, b] = [frame(Buffer.from('aaaa')), frame(Buffer.from('bbbb'))];

  test('messages one by one, and their number', () => {
    expect(found(grpc([a, b]), grpc([a, b]))).toEqual([]);
    expect(found(grpc([a, b]), grpc([a, a]))).toEqual(['value :message/1']);
    expect(found(grpc([a]), grpc([a, b]))).toEqual(['length :message', 'extra :message/1']);
    const zipped = frame(gzipSync('aaaa'), 1);
    expect(found(grpc([a]), grpc([zipped], OK, [['grpc-encoding', 'gzip']]))).toEqual([]);
  });

  test('the status decides, wherever it is sent; then trailers', () => {
    const failed = answer('', { headers: [GRPC, ['grpc-status', '13'], ['grpc-message', 'no']] });
    expect(found(grpc([a]), failed)).toEqual(['status :grpc-status']);
    const other = answer('', {
      headers: [GRPC],
      trailers: [
        ['grpc-status', '13'],
        ['grpc-message', 'yes'],
      ],
    });
    expect(found(failed, other)).toEqual(['value trailer:grpc-message']);
    expect(found(grpc([a]), grpc([a], [...OK, ['checksum', '1']]))).toEqual(['extra trailer:checksum']);
  });

  test('a message that is cut off is not comparable', () => {
    expect(compare(grpc([a]), grpc([a.subarray(0, 7)])).reason).toBe('a gRPC message is cut off');
  });
});

test('no bytes, headers or statuses make it throw, and an answer equals itself', () => {
  const types = [
    'application/json',
    'text/plain',
    'text/html;charset=utf-16',
    'application/grpc',
    'image/png',
    ';;=',
    '',
  ];
  const encodings = ['gzip', 'br', 'deflate', 'zstd', 'identity', 'gzip,gzip', ',', ''];
  const pieces = fc.oneof(
    fc.string(),
    fc.constantFrom('{"a":', '[', ']', '}', '"', '1e', '\\u', '\u0000', ',', '9'.repeat(40)),
  );
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.array(pieces, { maxLength: 8 }).map((texts) => Buffer.from(texts.join(''))),
    fc.json().map((text) => gzipSync(text)),
  );
  const answers = fc
    .record({
      body: bodies,
      status: fc.constantFrom(100, 200, 204, 404, 500),
      type: fc.constantFrom(...types),
      encoding: fc.constantFrom(...encodings),
      other: fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }),
      truncated: fc.boolean(),
    })
    .map(({ body, status, type, encoding, other, truncated }) =>
      answer(body, { status, truncated, headers: [['content-type', type], ['content-encoding', encoding], ...other] }),
    );
  fc.assert(
    fc.property(answers, answers, fc.constantFrom('GET', 'HEAD'), (one, other, method) => {
      compare(one, other, { method });
      expect(compare(one, { ...one, body: one.body.slice() }, { method }).differences).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
