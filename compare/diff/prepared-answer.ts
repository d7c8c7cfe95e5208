/**
 * An answer made ready for comparison: its body unpacked, decoded and parsed when that is first needed, and only once, so
 * that the primary's is not parsed again for the control.
 */
import { isUtf8 } from 'node:buffer';
import type { Answer } from '../exchange.ts';
import { type Decoded, encodingLayers, undoContentEncoding } from './content-encoding.ts';
import { grpcMessages } from './grpc-diff.ts';
import { headerValue } from './header-diff.ts';
import { parseJson } from './json-parse.ts';
import { JsonText } from './json-text.ts';
import type { Json } from './json-value.ts';
import { type BodyForm, bodyForm, type MediaType, parseMediaType } from './media-type.ts';

export type Body =
  | { readonly form: 'none' }
  | { readonly form: 'json'; readonly value: Json }
  /** `invalidJson`: it was said to be JSON, or looked like it, but is not. */
  | { readonly form: 'text'; readonly text: string; readonly invalidJson: boolean }
  | { readonly form: 'bytes'; readonly bytes: Uint8Array }
  | { readonly form: 'grpc'; readonly messages: readonly Uint8Array[] }
  /** `damaged`: for clients as well as for us. */
  | { readonly form: 'unreadable'; readonly reason: string; readonly damaged: boolean };

/** Unpacked bodies beyond it are not compared. */
const DEFAULT_MAX_PLAIN_BYTES = 64 * 1024 * 1024;

export class PreparedAnswer {
  readonly answer: Answer;
  /** As the header says, before it was undone. */
  readonly encoding: string;
  readonly mediaType: MediaType | undefined;
  private readonly maxPlainBytes: number;
  private unpacked: Decoded | undefined;
  private known: Body | undefined;
  private text: JsonText | undefined;

  constructor(answer: Answer, maxPlainBytes: number = DEFAULT_MAX_PLAIN_BYTES) {
    this.answer = answer;
    this.encoding = encodingLayers(headerValue(answer.headers, 'content-encoding') ?? '').join(',');
    this.mediaType = parseMediaType(headerValue(answer.headers, 'content-type'));
    this.maxPlainBytes = maxPlainBytes;
  }

  get form(): BodyForm {
    return bodyForm(this.mediaType);
  }

  get body(): Body {
    this.known ??= this.read();
    return this.known;
  }

  /** What may be JSON in UTF-8, not looked into yet; undefined when it is something else. */
  get jsonText(): JsonText | undefined {
    if (this.text) return this.text;
    if ((this.form !== 'json' && this.form !== 'unknown') || 'failure' in this.plain) return undefined;
    const { bytes } = this.plain;
    if (isUtf8(bytes) && !isUtf16(this.charset)) this.text = new JsonText(bytes);
    return this.text;
  }

  private get plain(): Decoded {
    this.unpacked ??= undoContentEncoding(this.encoding, this.answer.body, this.maxPlainBytes);
    return this.unpacked;
  }

  private get charset(): string | undefined {
    return this.mediaType?.parameters.get('charset');
  }

  private read(): Body {
    const { plain } = this;
    if ('failure' in plain) return { form: 'unreadable', reason: plain.failure, damaged: plain.damaged };
    const { bytes } = plain;
    if (this.form === 'grpc') return this.readGrpc(bytes);
    if (bytes.length === 0) return { form: 'none' };
    if (this.form === 'bytes' || (this.form === 'unknown' && bytes.includes(0))) return { form: 'bytes', bytes };
    const text = decodeText(bytes, this.charset);
    if (text === undefined) return { form: 'bytes', bytes };
    const mayBeJson = this.form === 'json' || (this.form === 'unknown' && /^\s*[{[]/.test(text));
    const value = mayBeJson ? parseJson(text) : undefined;
    if (value !== undefined) return { form: 'json', value };
    return { form: 'text', text, invalidJson: mayBeJson };
  }

  private readGrpc(bytes: Uint8Array): Body {
    const read = grpcMessages(bytes, headerValue(this.answer.headers, 'grpc-encoding'), this.maxPlainBytes);
    return 'failure' in read
      ? { form: 'unreadable', reason: read.failure, damaged: false }
      : { form: 'grpc', messages: read.messages };
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const BYTE_ORDER_MARK = 0xfeff;

/** @returns undefined when the bytes are no text in this charset (UTF-8 when there is none). */
function decodeText(bytes: Uint8Array, charset: string | undefined): string | undefined {
  if (isUtf8(bytes) && !isUtf16(charset)) {
    const text = asBuffer(bytes).toString('utf8');
    return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  }
  if (charset === undefined) return undefined;
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The one family in which bytes that are valid UTF-8 mean something else; elsewhere ASCII is what it looks like. */
function isUtf16(charset: string | undefined): boolean {
  return charset !== undefined && /^(?:utf-?16|ucs-?2)/i.test(charset);
}
