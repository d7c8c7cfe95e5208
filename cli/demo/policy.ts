import { isMap, parseDocument } from 'yaml';

export interface DemoAddresses {
  readonly listen: string;
  readonly services: ReadonlyArray<{ readonly name: string; readonly address: string }>;
}

/**
 * The example's configuration for the services that were just started: their addresses, the listener's, and an access log
 * on standard output from which the live view knows what was mirrored and why. Comments and all else stay.
 */
export function demoPolicy(text: string, { listen, services }: DemoAddresses): string {
  const document = parseDocument(text);
  document.set('listen', listen);
  document.setIn(['listener', 'accessLog'], 'stdout');
  for (const { name, address } of services) {
    const service = document.getIn(['services', name]);
    if (isMap(service)) service.set('address', address);
    else document.setIn(['services', name], { address });
  }
  return document.toString();
}
