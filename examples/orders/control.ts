import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { FAULT_SHARES, type FaultKind, isFault, isVersion, type ReleaseHolder } from './release.ts';

/**
 * Deploys another build into a running service, or breaks the one that runs: for trying out what a rollout makes of it. It
 * listens on loopback alone, on a port of its own that no Envoy knows.
 *
 *     POST /deploy/v2-fixed          GET / shows what runs
 *     POST /break/errors?share=5%    or totals, slow; POST /break/nothing mends it
 */
export async function startControl(release: ReleaseHolder, port: number): Promise<Server> {
  const control = createServer((request, response) => {
    const { status, body } = act(release, request);
    write(response, status, body);
  });
  await once(control.listen(port, '127.0.0.1'), 'listening');
  return control;
}

function act(release: ReleaseHolder, { method, url = '/' }: IncomingMessage): { status: number; body: object } {
  const { pathname, searchParams } = new URL(url, 'http://control');
  const [action, what = ''] = pathname.split('/').filter(Boolean);
  if (method === 'GET' && action === undefined) return { status: 200, body: release.current };
  if (method !== 'POST') return HELP;
  if (action === 'deploy' && isVersion(what)) release.deploy(what);
  else if (action === 'break' && what === 'nothing') release.break(undefined);
  else if (action === 'break' && isFault(what)) {
    const share = readShare(searchParams.get('share'), what);
    if (share === undefined) return HELP;
    release.break({ kind: what, share });
  } else return HELP;
  return { status: 200, body: release.current };
}

const HELP = {
  status: 404,
  body: {
    deploy: 'POST /deploy/v1, /deploy/v2 or /deploy/v2-fixed',
    break: 'POST /break/errors, /break/totals, /break/slow (?share=5%) or /break/nothing',
  },
};

/** `5%` or `0.05`. */
function readShare(text: string | null, fault: FaultKind): number | undefined {
  if (text === null) return FAULT_SHARES[fault];
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  return share > 0 && share <= 1 ? share : undefined;
}

function write(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
