import { isIP } from 'node:net';
import { formatAddress, parseAddress } from './address.ts';
import { DEFAULTS } from './defaults.ts';
import type { GuardProbe, HealthCheck, Service, ServiceTls } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings, Path } from './problems.ts';
import { durationOr, readCertificate } from './read-listener.ts';
import type { PolicyDocument, ServiceDocument } from './schema.ts';

/** The services in the order of the document, defaults filled in. */
export function readServices(document: Checked<PolicyDocument>, findings: Findings): Service[] {
  return Object.entries(document.services ?? {}).map(([name, service]) =>
    readService(name, service!, ['services', name], findings),
  );
}

function readService(name: string, document: Checked<ServiceDocument>, path: Path, findings: Findings): Service {
  const { address, addresses, cluster } = document;
  if (address !== undefined && addresses !== undefined) {
    findings.problem(path, 'has address and addresses; keep one');
  }
  const written = addresses ?? (address === undefined ? [] : [address]);
  // An address that was refused is gone from the document; its own problem says enough.
  if (written.length === 0 && cluster === undefined && !findings.refused(path)) {
    findings.problem(path, 'needs address: host:port, or cluster: the name of one that your Envoy has', 'key');
  }
  const parsed = written.map((text) => parseAddress(text));
  const seen = new Set<string>();
  for (const [index, item] of parsed.entries()) {
    if (seen.has(formatAddress(item))) findings.problem([...path, 'addresses', index], 'stands here twice');
    seen.add(formatAddress(item));
  }
  const tls = readTls(
    document.tls,
    parsed.map(({ host }) => host).find((host) => isIP(host) === 0),
    [...path, 'tls'],
    findings,
  );
  if (tls && !tls.insecure && tls.serverName === undefined && parsed.length > 0) {
    findings.problem([...path, 'tls'], 'needs serverName, because the addresses are IP addresses');
  }
  if (tls?.insecure) findings.warning([...path, 'tls'], 'the service is not verified (insecure: true)');
  const healthCheck = readHealthCheck(document.healthCheck);
  return {
    name,
    ...(cluster !== undefined && { cluster }),
    addresses: parsed,
    protocol: document.protocol ?? DEFAULTS.protocol,
    ...(tls && { tls }),
    ...(healthCheck && { healthCheck }),
    connectTimeoutMs: durationOr(document.connectTimeout, DEFAULTS.connectTimeoutMs),
    guardProbe: readGuardProbe(document.guardProbe),
  };
}

function readGuardProbe(document: Checked<ServiceDocument>['guardProbe']): GuardProbe {
  return {
    ...(document?.address !== undefined && { addresses: [parseAddress(document.address)] }),
    path: document?.path ?? DEFAULTS.guardProbePath,
    intervalMs: durationOr(document?.interval, DEFAULTS.guardProbeIntervalMs),
    timeoutMs: durationOr(document?.timeout, DEFAULTS.guardProbeTimeoutMs),
  };
}

function readTls(
  document: Checked<ServiceDocument>['tls'],
  dnsName: string | undefined,
  path: Path,
  findings: Findings,
): ServiceTls | undefined {
  if (document === undefined || document === false) return undefined;
  const options = document === true ? {} : document;
  const serverName = options.serverName ?? dnsName;
  const clientCertificate = readCertificate(options.clientCertificate, [...path, 'clientCertificate'], findings);
  const { caFile, caSecret } = options;
  if (caFile !== undefined && caSecret !== undefined) findings.problem(path, 'has caFile and caSecret; keep one');
  return {
    ...(serverName !== undefined && { serverName }),
    ...(caFile !== undefined && { caFile }),
    ...(caSecret !== undefined && { caSecret }),
    ...(clientCertificate && { clientCertificate }),
    insecure: options.insecure ?? false,
  };
}

function readHealthCheck(document: Checked<ServiceDocument>['healthCheck']): HealthCheck | undefined {
  if (document?.path === undefined) return undefined;
  return {
    path: document.path,
    intervalMs: durationOr(document.interval, DEFAULTS.healthCheckIntervalMs),
    timeoutMs: durationOr(document.timeout, DEFAULTS.healthCheckTimeoutMs),
    unhealthyThreshold: document.unhealthyThreshold ?? DEFAULTS.unhealthyThreshold,
    healthyThreshold: document.healthyThreshold ?? DEFAULTS.healthyThreshold,
  };
}
