import { ShadowplaneError } from '../errors/index.ts';

/** @throws ShadowplaneError PORT_IN_USE where an address cannot be listened on */
export async function listening<T>(address: string, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ShadowplaneError('PORT_IN_USE', `Cannot listen on ${address}: ${reason}`, { cause });
  }
}
