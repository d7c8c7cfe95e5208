import { parseListenAddress } from './address.ts';
import { DEFAULTS } from './defaults.ts';
import type { Address, CertificateSource, ListenerOptions } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings, Path } from './problems.ts';
import type { ListenerDocument, PolicyDocument } from './schema.ts';
import { parseDurationMs } from './units.ts';

export function readListen(document: Checked<PolicyDocument>): Address {
  return parseListenAddress(document.listen ?? DEFAULTS.listen);
}

/** The listener's options with every default filled in; `markers` may also stand at the top of the document. */
export function readListener(document: Checked<PolicyDocument>, findings: Findings): ListenerOptions {
  const listener: Checked<ListenerDocument> = document.listener ?? {};
  if (document.markers && listener.markers && document.markers !== listener.markers) {
    findings.problem(['markers'], `says ${document.markers} and listener.markers says ${listener.markers}; keep one`);
  }
  const timeouts = listener.timeouts ?? {};
  const tls = readCertificate(listener.tls, ['listener', 'tls'], findings);
  return {
    markers: listener.markers ?? document.markers ?? DEFAULTS.markers,
    trustedHops: listener.trustedHops ?? DEFAULTS.trustedHops,
    useRemoteAddress: listener.useRemoteAddress ?? DEFAULTS.useRemoteAddress,
    accessLog: { to: readAccessLog(listener.accessLog) },
    timeouts: {
      requestMs: durationOr(timeouts.request, DEFAULTS.requestTimeoutMs),
      streamIdleMs: durationOr(timeouts.streamIdle, DEFAULTS.streamIdleTimeoutMs),
      drainMs: durationOr(timeouts.drain, DEFAULTS.drainTimeoutMs),
    },
    upgrades: [...new Set((listener.upgrades ?? DEFAULTS.upgrades).map((upgrade) => upgrade.toLowerCase()))],
    ...(tls && { tls }),
  };
}

export function durationOr(text: string | undefined, fallbackMs: number): number {
  return text === undefined ? fallbackMs : parseDurationMs(text);
}

/** Undefined also when a part is missing, which has been reported then. */
export function readCertificate(
  document: Checked<CertificateDocument> | undefined,
  path: Path,
  findings: Findings,
): CertificateSource | undefined {
  if (document === undefined) return undefined;
  const { certificateFile, privateKeyFile, secret } = document;
  const ofFiles = certificateFile !== undefined || privateKeyFile !== undefined;
  if (secret !== undefined && !ofFiles) return { secret };
  if (secret !== undefined) findings.problem(path, 'has secret and files; keep one');
  else if (certificateFile !== undefined && privateKeyFile !== undefined) return { certificateFile, privateKeyFile };
  // What was refused is gone from the document; its own problem says enough.
  else if (!findings.refused(path))
    findings.problem(path, 'needs certificateFile and privateKeyFile, or secret', 'key');
  return undefined;
}

interface CertificateDocument {
  readonly certificateFile?: string;
  readonly privateKeyFile?: string;
  readonly secret?: string;
}

function readAccessLog(document: Checked<ListenerDocument>['accessLog']): ListenerOptions['accessLog']['to'] {
  if (document === undefined) return DEFAULTS.accessLog;
  if (typeof document === 'string') return document;
  return document.file === undefined ? DEFAULTS.accessLog : { file: document.file };
}
