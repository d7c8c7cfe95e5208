import { StreamContext } from '../proxy-wasm/assembly/index';

/** What a plugin does once its configuration has been read. */
export class Role {
  /** The context for a new stream; null when the role has nothing to do with it. */
  createStream(): StreamContext | null {
    return null;
  }

  /** The configuration has been accepted. */
  start(): void {}

  onTick(): void {}

  onHttpCallResponse(token: u32): void {}

  /** Gives back what the host keeps for this configuration. */
  release(): void {}
}
