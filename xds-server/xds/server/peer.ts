import type { ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';

/** What is known of who has opened a stream, whatever it says of itself. */
export interface Peer {
  /** As gRPC writes it. */
  readonly address: string;
  /** DNS names and URIs of its certificate; none without one that the server's authority has signed. */
  readonly names: readonly string[];
}

type Call = Pick<
  ServerDuplexStream<unknown, unknown> | ServerReadableStream<unknown, unknown>,
  'getPeer' | 'getAuthContext'
>;

export function peerOf(call: Call): Peer {
  const { sslPeerCertificate } = call.getAuthContext();
  return { address: call.getPeer(), names: namesIn(sslPeerCertificate?.subjectaltname ?? '') };
}

/** `DNS:a.example, URI:"spiffe://a/b\u002cc", IP Address:10.0.0.1`: Node quotes what could be taken for something else. */
const ENTRY = /(DNS|URI|[^:",]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

/** @returns nothing at all for a text that is not whole understood */
export function namesIn(subjectAltName: string): readonly string[] {
  const names: string[] = [];
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < subjectAltName.length) {
    const match = ENTRY.exec(subjectAltName);
    if (!match) return [];
    const [, kind, value = ''] = match;
    if (kind === 'DNS' || kind === 'URI') names.push(value.startsWith('"') ? JSON.parse(value) : value);
  }
  return names;
}
