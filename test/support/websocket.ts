/** Just enough WebSocket for an echo: text messages in one frame, below 64 KiB. */
import { createHash } from 'node:crypto';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export function acceptKey(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

export class WebSocketFrames {
  readonly #onText: (text: string) => void;
  #pending: Buffer = Buffer.alloc(0);

  constructor(onText: (text: string) => void) {
    this.#onText = onText;
  }

  push(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#readFrame());
  }

  #readFrame(): boolean {
    const bytes = this.#pending;
    if (bytes.length < 2) return false;
    const masked = (bytes[1]! & 0x80) !== 0;
    const short = bytes[1]! & 0x7f;
    const lengthEnd = short === 126 ? 4 : 2;
    const payloadStart = lengthEnd + (masked ? 4 : 0);
    if (bytes.length < payloadStart) return false;
    const length = short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < payloadStart + length) return false;
    const payload = Buffer.from(bytes.subarray(payloadStart, payloadStart + length));
    if (masked) for (let i = 0; i < length; i++) payload[i]! ^= bytes[lengthEnd + (i % 4)]!;
    this.#pending = bytes.subarray(payloadStart + length);
    this.#onText(payload.toString());
    return true;
  }

  /** One text frame; clients have to mask theirs. */
  static encode(text: string, { mask }: { mask: boolean }): Buffer {
    const payload = Buffer.from(text);
    const header = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, 0, 0]);
    if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
    if (!mask) return Buffer.concat([header, payload]);
    const key = Buffer.from([0x12, 0x34, 0x56, 0x78]);
    header[1]! |= 0x80;
    return Buffer.concat([header, key, payload.map((byte, index) => byte ^ key[index % 4]!)]);
  }
}
