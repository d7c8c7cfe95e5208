import { parseListenAddress } from './address.ts';
import { DEFAULTS } from './defaults.ts';
import type { Address, ListenerOptions } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings } from './problems.ts';
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
  const tls = readCertificate(listener.tls);
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
  document: { readonly certificateFile?: string | undefined; readonly privateKeyFile?: string | undefined } | undefined,
): ListenerOptions['tls'] {
  const { certificateFile, privateKeyFile } = document ?? {};
  return certificateFile && privateKeyFile ? { certificateFile, privateKeyFile } : undefined;
}

function readAccessLog(document: Checked<ListenerDocument>['accessLog']): ListenerOptions['accessLog']['to'] {
  if (document === undefined) return DEFAULTS.accessLog;
  if (typeof document === 'string') return document;
  return document.file === undefined ? DEFAULTS.accessLog : { file: document.file };
}
