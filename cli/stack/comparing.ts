import { ShadowplaneError } from '../../errors/index.ts';
import type { ComparingOptions } from '../../server/index.ts';
import { ADDRESS_FLAGS } from '../options.ts';
import { readCaptureTls } from './capture-tls.ts';
import { assertCanListen, type HostPort } from './ports.ts';
import { type RunOptions, readAddress } from './run-options.ts';

/**
 * Whether answers are compared, and where they are taken. They are by default where every Envoy is on this machine; for
 * Envoys elsewhere, who could not reach a loopback address, only when an address for it is given.
 *
 * @param xds where Envoys fetch their configuration; beyond loopback there are Envoys elsewhere
 * @throws ShadowplaneError USAGE naming the flag, PORT_IN_USE
 */
export async function readComparing(
  options: RunOptions,
  xds: HostPort,
  note: (line: string) => void,
): Promise<ComparingOptions | undefined> {
  if (options.compare === false) return undefined;
  const { isLoopbackHost, parseAddress } = await import('../../xds-server/policy/index.ts');
  if (options.captureListen === undefined && !isLoopbackHost(xds.host)) {
    note(
      `answers are not compared: Envoys elsewhere need ${ADDRESS_FLAGS.captureListen} HOST:PORT to send them to (--no-compare says so without this line)`,
    );
    return undefined;
  }
  const listen = await readAddress(options, 'captureListen');
  const address = options.captureAddress;
  const tls = readCaptureTls(options, address);
  if (!isLoopbackHost(listen.host) && !tls && !options.captureInsecure) {
    throw new ShadowplaneError(
      'USAGE',
      `${ADDRESS_FLAGS.captureListen} ${listen.host}: answers hold your users' data, so beyond loopback they travel over TLS (--capture-tls-cert, --capture-tls-key, --capture-client-ca and what goes with them), or in plain text only when you say --capture-insecure, for a network that is private to Envoy and control plane`,
    );
  }
  if (address === undefined && WILDCARDS.includes(listen.host)) {
    throw new ShadowplaneError(
      'USAGE',
      `${ADDRESS_FLAGS.captureListen} ${listen.host} is every address of this machine; --capture-address HOST:PORT says under which one Envoys reach it`,
    );
  }
  if (address !== undefined) parseAddress(address);
  await assertCanListen(listen, ADDRESS_FLAGS.captureListen);
  return {
    listen,
    ...(address !== undefined && { address }),
    ...(tls && { tls }),
    ...(!tls && !isLoopbackHost(listen.host) && { insecure: true }),
  };
}

const WILDCARDS = ['0.0.0.0', '::'];
