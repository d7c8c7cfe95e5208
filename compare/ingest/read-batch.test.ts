import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer, readBatch, WireError } from './index.ts';
import { batchFields, END, encodeBatch, encodeHalf, halfFields, header, SIDE } from './testing.ts';

describe('a batch', () => {
  it('is read as the .proto file has it', () => {
    const halves = [
      halfFields({ reason: 1, segment: 'größte', side: SIDE.control, truncated: true }),
      halfFields({ exchange_id: 'e2', status: 0, end: END.cut, local_reply: true, local_reply_details: 'x' }),
    ];
    const counters = { started: 5, captured: 4, dropped_over_capacity: 3, batches_lost: 2, halves_lost: 70_000 };
    const bytes = encodeBatch(batchFields(halves, { vm_id: '18446744073709551615', sequence: 300, role: 2, counters }));
    expect(readBatch(bytes)).toEqual({
      vmId: 'ffffffffffffffff',
      sequence: 300,
      role: 'shadow',
      node: 'edge-1',
      unreadableHalves: 0,
      counters: { started: 5, captured: 4, droppedOverCapacity: 3, batchesLost: 2, halvesLost: 70_000 },
      sentAtMs: 1_700_000_001_000,
      halves: [
        {
          exchangeId: 'e1',
          mirror: 'orders',
          side: 'control',
          stratum: { reason: 'segment', segment: 'größte' },
          method: '',
          path: '',
          status: 200,
          ended: 'complete',
          localReply: false,
          truncated: true,
          startedAtMs: 1_700_000_000_000,
          encoded: encodeHalf(halves[0]!),
        },
        {
          exchangeId: 'e2',
          mirror: 'orders',
          side: 'primary',
          stratum: { reason: 'sample' },
          method: 'GET',
          path: '/api/orders/1',
          status: 0,
          ended: 'cut',
          localReply: true,
          truncated: false,
          startedAtMs: 1_700_000_000_000,
          encoded: encodeHalf(halves[1]!),
        },
      ],
    });
  });

  it('does not let its halves hold on to its bytes', () => {
    const bytes = encodeBatch(batchFields([halfFields()]));
    const { encoded } = readBatch(bytes).halves[0]!;
    expect(encoded.buffer.byteLength).toBe(encoded.length);
    expect(encoded.buffer).not.toBe(bytes.buffer);
  });

  it('without halves is a heartbeat', () => {
    expect(readBatch(encodeBatch(batchFields([])))).toMatchObject({ sequence: 1, halves: [] });
  });

  it.each(['exchange_id', 'side', 'mirror', 'reason', 'end'])(
    'counts a half without %s, and keeps the others',
    (name) => {
      const batch = readBatch(encodeBatch(batchFields([halfFields({ [name]: undefined }), halfFields()])));
      expect(batch).toMatchObject({ unreadableHalves: 1, halves: [{ exchangeId: 'e1' }] });
    },
  );

  it.each(['vm_id', 'sequence', 'role'])('is refused without %s', (name) => {
    expect(() => readBatch(encodeBatch(batchFields([], { [name]: undefined })))).toThrow(WireError);
  });

  it('skips fields that are added later', () => {
    const later = Buffer.from([
      0xf8, 0x07, 1, 0xfa, 0x07, 1, 9, 0xfd, 0x07, 1, 2, 3, 4, 0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    const half = Buffer.concat([encodeHalf(halfFields()), later]);
    const batch = Buffer.concat([
      encodeBatch(batchFields([])),
      Buffer.from([0x2a, 0x80 | (half.length & 0x7f), half.length >> 7]),
      half,
      later,
    ]);
    expect(readBatch(batch)).toMatchObject({ unreadableHalves: 0, halves: [{ mirror: 'orders' }] });
  });
});

describe('an answer', () => {
  it('is read whole, header values byte for byte', () => {
    const half = halfFields({
      request_headers: [header('accept', '*/*')],
      headers: [header('set-cookie', 'a=\xe9'), header('set-cookie', 'b')],
      trailers: [header('grpc-status', '0')],
      body_bytes: 99_999,
      truncated: true,
    });
    expect(readAnswer(encodeHalf(half))).toEqual({
      method: 'GET',
      path: '/api/orders/1',
      requestHeaders: [['accept', '*/*']],
      startedAtMs: 1_700_000_000_000,
      localReplyDetails: '',
      answer: {
        status: 200,
        headers: [
          ['set-cookie', 'a=\xe9'],
          ['set-cookie', 'b'],
        ],
        trailers: [['grpc-status', '0']],
        body: Buffer.from('{"total":"12.50"}'),
        bodyBytes: 99_999,
        truncated: true,
        localReply: false,
        ended: 'complete',
        headersMs: 1.5,
        lastByteMs: 2.5,
      },
    });
  });

  it('of a copy that waited for a connection counts from when it had one', () => {
    const { answer } = readAnswer(encodeHalf(halfFields({ waited_us: 1_200 })));
    expect([answer.headersMs, answer.lastByteMs]).toEqual([expect.closeTo(0.3), expect.closeTo(1.3)]);
  });

  it.each([
    [END.complete, '', 'complete'],
    [END.reset, '', 'reset'],
    [END.cut, '', 'cut'],
    [END.complete, 'response_timeout', 'timeout'],
    [END.reset, 'upstream_max_stream_duration_reached', 'timeout'],
  ])('end %i with details %j is %s', (end, local_reply_details, ended) => {
    expect(readAnswer(encodeHalf(halfFields({ end, local_reply_details }))).answer.ended).toBe(ended);
  });

  it('is the same with a body of any size', () => {
    for (const size of [0, 1, 16_000, 65_536]) {
      const half = encodeHalf(halfFields({ body: Buffer.alloc(size, 'é'), headers: [header('x-é', 'ü')] }));
      const { answer } = readAnswer(half);
      expect([answer.body.length, answer.headers]).toEqual([size, [['x-Ã©', 'ü']]]);
    }
  });
});

describe('bytes that are no batch', () => {
  const halvesOf = (bytes: Uint8Array) => {
    try {
      return readBatch(bytes).halves;
    } catch (error) {
      expect(error).toBeInstanceOf(WireError);
      return [];
    }
  };

  it.each(['request_headers', 'headers', 'trailers'])('among them a half with %s that are none', (field) => {
    const bytes = encodeBatch(batchFields([halfFields({ headers: [], [field]: [header('x-odd', 'abc')] })]));
    // Longer than what it is in.
    bytes[Buffer.from(bytes).indexOf('x-odd') - 1] = 50;
    expect(() => readBatch(bytes)).toThrow(WireError);
  });

  it('are refused, whatever they are', () => {
    const sound = encodeBatch(batchFields([halfFields(), halfFields()], { counters: { started: 1 } }));
    const damaged = fc
      .array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 })
      .chain((changes) => fc.tuple(fc.constant(changes), fc.nat(sound.length)))
      .map(([changes, length]) => {
        const bytes = Uint8Array.from(sound);
        for (const [at, value] of changes) bytes[at] = value;
        return bytes.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        // A half that has been let in is read where nobody expects it to fail.
        for (const { encoded } of halvesOf(bytes)) readAnswer(encoded);
      }),
      { numRuns: 2_000 },
    );
  });
});
