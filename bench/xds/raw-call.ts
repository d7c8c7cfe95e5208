/**
 * One gRPC call on a TCP connection of its own, with HTTP/2 by hand: Node's own client spends more time on a response than a
 * server does on making it, and would be what is measured. It says what every client says (preface, settings, headers),
 * answers settings and pings, and opens its windows as wide as they go, so that no server ever waits for room. What it does
 * not read are response headers: a server that refuses the call ends the stream.
 */
import { connect, type Socket } from 'node:net';

export interface RawCall {
  send(message: Uint8Array): void;
  close(): void;
}

export interface RawCallEvents {
  message(message: Uint8Array): void;
  failed(reason: string): void;
}

/** Good until the call of `message` returns. */
const READ_BYTES = 256 * 1024;
const shared = Buffer.allocUnsafe(READ_BYTES);

export function openRawCall(address: string, path: string, events: RawCallEvents): RawCall {
  const at = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, at), Number(address.slice(at + 1))];
  let closed = false;
  const failed = (reason: string) => {
    if (!closed) events.failed(reason);
    closed = true;
  };
  const reader = new FrameReader((type, flags, payload, isWhole) => {
    if (type === DATA) messages.push(payload);
    if (isWhole && (type === DATA || type === HEADERS) && flags & END_STREAM) failed('the server has ended the stream');
    if (isWhole && type === RST_STREAM) failed('the server has reset the stream');
    if (isWhole && type === GOAWAY) failed('the server has ended the connection');
    if (isWhole && type === SETTINGS && !(flags & ACK)) socket.write(frame(SETTINGS, ACK, 0));
    if (isWhole && type === PING && !(flags & ACK)) socket.write(frame(PING, ACK, 0, payload));
  });
  const messages = new MessageReader((message) => events.message(message));
  const onread = {
    buffer: shared,
    callback(bytes: number) {
      reader.push(shared.subarray(0, bytes));
      return !closed;
    },
  };
  const socket: Socket = connect({ host, port, noDelay: true, onread });
  socket.on('error', (error) => failed(String(error)));
  socket.on('close', () => failed('the connection is gone'));
  socket.write(Buffer.concat([OPENING, frame(HEADERS, END_HEADERS, STREAM, headerBlock(address, path))]));
  return {
    send: (message) => void socket.write(frame(DATA, 0, STREAM, withPrefix(message))),
    close() {
      closed = true;
      socket.destroy();
    },
  };
}

const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;

const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;

const STREAM = 1;
const FRAME_HEAD_BYTES = 9;
const PREFIX_BYTES = 5;
const WIDEST_WINDOW = 2 ** 31 - 1;
const FIRST_WINDOW = 65_535;

const OPENING = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(SETTINGS, 0, 0, Buffer.concat([setting(2, 0), setting(4, WIDEST_WINDOW)])),
  frame(WINDOW_UPDATE, 0, 0, uint32(WIDEST_WINDOW - FIRST_WINDOW)),
]);

function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

/** ENABLE_PUSH is 2, INITIAL_WINDOW_SIZE is 4. */
function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function withPrefix(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}

/** HPACK without its dynamic table: names by their number in the static one, texts as they are. */
function headerBlock(authority: string, path: string): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat([
    Buffer.from([0x83, 0x86]),
    Buffer.from([0x04]),
    text(path),
    Buffer.from([0x01]),
    text(authority),
    Buffer.from([0x0f, 0x10]),
    text('application/grpc'),
    Buffer.from([0x00]),
    text('te'),
    text('trailers'),
  ]);
}

type OnFrame = (type: number, flags: number, payload: Buffer, isWhole: boolean) => void;

/** Takes frames out of whatever pieces arrive. Payload of DATA is passed on as it comes; other frames come whole. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  readonly #head = Buffer.alloc(FRAME_HEAD_BYTES);
  #headLength = 0;
  #left = 0;
  #kept: Buffer[] = [];

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#headLength < FRAME_HEAD_BYTES) {
        const taken = chunk.copy(this.#head, this.#headLength, at, at + FRAME_HEAD_BYTES - this.#headLength);
        this.#headLength += taken;
        at += taken;
        if (this.#headLength < FRAME_HEAD_BYTES) return;
        this.#left = this.#head.readUIntBE(0, 3);
        if (this.#left > 0) continue;
      }
      const end = Math.min(chunk.length, at + this.#left);
      this.#left -= end - at;
      this.#piece(chunk.subarray(at, end), this.#left === 0);
      at = end;
      if (this.#left === 0) this.#headLength = 0;
    }
  }

  #piece(piece: Buffer, isWhole: boolean): void {
    const [type, flags] = [this.#head[3]!, this.#head[4]!];
    if (type === DATA || (isWhole && this.#kept.length === 0)) {
      this.#onFrame(type, flags, piece, isWhole);
      return;
    }
    this.#kept.push(Buffer.from(piece));
    if (!isWhole) return;
    const payload = Buffer.concat(this.#kept);
    this.#kept = [];
    this.#onFrame(type, flags, payload, true);
  }
}

/** Puts gRPC messages together from payload; what it gives is good until the call returns. */
export class MessageReader {
  readonly #onMessage: (message: Uint8Array) => void;
  #kept = Buffer.allocUnsafe(1024);
  #length = 0;

  constructor(onMessage: (message: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  push(payload: Buffer): void {
    for (let at = 0; at < payload.length; ) {
      const needed = this.#needed();
      if (this.#kept.length < needed) this.#grow(needed);
      const taken = payload.copy(this.#kept, this.#length, at, at + needed - this.#length);
      this.#length += taken;
      at += taken;
      if (this.#length < PREFIX_BYTES || this.#length < this.#needed()) continue;
      const message = this.#kept.subarray(PREFIX_BYTES, this.#length);
      this.#length = 0;
      this.#onMessage(message);
    }
  }

  #needed(): number {
    return this.#length < PREFIX_BYTES ? PREFIX_BYTES : PREFIX_BYTES + this.#kept.readUInt32BE(1);
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(needed);
    this.#kept.copy(larger, 0, 0, this.#length);
    this.#kept = larger;
  }
}
