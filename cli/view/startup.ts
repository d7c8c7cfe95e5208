import type { Style } from '../output/style.ts';

interface Started {
  readonly apiUrl: string;
  readonly xdsAddress: string;
  readonly captureAddress: string | undefined;
  readonly envoyVersion: string;
  readonly envoy: {
    readonly pid: number;
    readonly listenerAddress: string | undefined;
    readonly admin: { readonly address: string };
  };
}

/** Where everything listens, once it does. */
export function startupLines(
  { apiUrl, xdsAddress, captureAddress, envoy, envoyVersion }: Started,
  policyFile: string,
  style: Style,
): string[] {
  const row = (what: string, where: string, note = '') =>
    `  ${what.padEnd(14)} ${where}${note && `  ${style.dim(note)}`}`;
  return [
    style.bold('Shadowplane is running'),
    row('requests', `http://${envoy.listenerAddress}`, `Envoy ${envoyVersion}, process ${envoy.pid}`),
    row('web page', `${apiUrl}/`),
    row('API', `${apiUrl}/api/v1`),
    row('xDS', xdsAddress),
    captureAddress ? row('answers', captureAddress, 'compared') : row('answers', 'not compared'),
    row('Envoy admin', `http://${envoy.admin.address}`),
    row('file', policyFile, 'watched'),
  ];
}
