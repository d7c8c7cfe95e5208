import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Answer } from '../protocol/channel.ts';
import type { Session } from '../protocol/session.ts';
import { type EncodedResponse, encodeResponse, type WireRequest } from './wire.ts';

export type GrpcStream = ServerDuplexStream<WireRequest, EncodedResponse>;

/**
 * Writes what the session has to say, as fast as the client takes it: at most this much waits for the network, and what
 * is written after that is made from the content of that later moment.
 */
const MAX_BYTES_IN_FLIGHT = 64 * 1024;

export class XdsStream {
  readonly session: Session;
  readonly peer: string;
  readonly #call: GrpcStream;
  readonly #client: { flush(): void };
  #bytesInFlight = 0;
  #closed = false;

  /** @param client is flushed when there is room again, because one stream may have waited for another */
  constructor(call: GrpcStream, session: Session, client: { flush(): void }) {
    this.#call = call;
    this.session = session;
    this.#client = client;
    this.peer = call.getPeer();
  }

  receive(request: WireRequest): Answer | undefined {
    return this.session.receive(request, new Date());
  }

  /** Sends all that is due and that the client has room for. */
  flush(): void {
    while (!this.#closed && this.#bytesInFlight < MAX_BYTES_IN_FLIGHT) {
      const response = this.session.pull(performance.now());
      if (!response) return;
      const bytes = encodeResponse(this.session.variant, response);
      this.#bytesInFlight += bytes.byteLength;
      this.#call.write(bytes, () => {
        const wasFull = this.#bytesInFlight >= MAX_BYTES_IN_FLIGHT;
        this.#bytesInFlight -= bytes.byteLength;
        if (wasFull && !this.#closed) this.#client.flush();
      });
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.session.close();
  }
}
