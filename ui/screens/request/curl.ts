/** A command that sends a sample's request to one of its services, marked as shadow traffic. */
import type { SampleView } from '../../api/index.ts';

export interface CurlTarget {
  /** `127.0.0.1:8080`; undefined where the policy does not say. */
  readonly address: string | undefined;
  readonly isHttp2: boolean;
  readonly isTls: boolean;
}

const REDACTED = '[redacted]';
/** They are the user's, or come with the connection. */
const LEFT_OUT = new Set(['host', 'connection', 'content-length', 'x-request-id', 'traceparent', 'tracestate']);

/** What is missing is named in comments above the command: it was redacted, or never captured. */
export function curlCommand(
  { method, path, requestHeaders, reason }: Pick<SampleView, 'method' | 'path' | 'requestHeaders' | 'reason'>,
  mirror: string,
  { address = 'SERVICE:PORT', isHttp2, isTls }: CurlTarget,
): string {
  const kept = requestHeaders.filter(([name]) => !LEFT_OUT.has(name) && !name.startsWith('x-shadow'));
  const redacted = kept.filter(([, value]) => value.includes(REDACTED)).map(([name]) => name);
  const hasBody = !['GET', 'HEAD', 'OPTIONS'].includes(method);
  const missing = [
    ...(redacted.length > 0 ? [`# redacted, put in your own: ${redacted.join(', ')}`] : []),
    ...(path.includes(REDACTED) ? ['# redacted in the path, put in your own'] : []),
    ...(hasBody
      ? ['# the body of the request was not captured; add --data, and mind that this may change something']
      : []),
  ];
  const headers = [
    ...kept.filter(([, value]) => !value.includes(REDACTED)),
    ['x-shadow', 'true'],
    ['x-shadow-mirror', mirror],
    ['x-shadow-reason', reason],
  ];
  const protocol = isHttp2 ? (isTls ? ' --http2' : ' --http2-prior-knowledge') : '';
  const verb = method === 'GET' ? '' : method === 'HEAD' ? ' --head' : ` -X ${method}`;
  const lines = [
    // Without `-g` brackets and braces in the address are ranges: one command, thousands of requests.
    `curl -sS -i -g${protocol}${verb} ${quote(`${isTls ? 'https' : 'http'}://${address}${path}`)}`,
    // curl asks for a packed answer by its own flag, and then unpacks it.
    ...headers.map(([name, value]) =>
      name === 'accept-encoding' ? '  --compressed' : `  -H ${quote(`${name}: ${value}`)}`,
    ),
  ];
  return [...missing, lines.join(' \\\n')].join('\n');
}

/** For POSIX shells; nothing in it is read as anything else. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
