import { didYouMean } from '../../errors/index.ts';
import { isLoopbackHost, parseListenAddress } from './address.ts';
import { parseEgressHost, parseMethod } from './formats.ts';
import type { Egress, EgressRule } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings, Path } from './problems.ts';
import type { PolicyDocument } from './schema.ts';

type EgressDocument = Checked<NonNullable<NonNullable<PolicyDocument['egress']>[string]>>;

/** The ways out by the service that they are for. */
export function readEgress(document: Checked<PolicyDocument>, findings: Findings): Egress[] {
  const services = Object.keys(document.services ?? {});
  return Object.entries(document.egress ?? {}).map(([service, egress]) => {
    const path = ['egress', service];
    if (!services.includes(service) && !findings.refused(['services', service])) {
      const hint = didYouMean(service, services);
      findings.problem(path, `there is no service ${JSON.stringify(service)}${hint}`, 'key');
    }
    return readOne(service, egress ?? {}, path, findings);
  });
}

function readOne(service: string, document: EgressDocument, path: Path, findings: Findings): Egress {
  const listen = parseListenAddress(document.listen ?? '127.0.0.1:0');
  if (!isLoopbackHost(listen.host)) {
    findings.warning([...path, 'listen'], 'is reached from other machines, which may then call what the shadow may');
  }
  const seen = new Set<string>();
  const allow = (document.allow ?? []).map((rule, index): EgressRule => {
    const at = [...path, 'allow', index];
    const host = rule?.host === undefined ? '' : parseEgressHost(rule.host);
    const port = rule?.port ?? 0;
    const tls = rule?.tls ?? port === 443;
    const methods = rule?.methods?.map(parseMethod);
    if (tls && methods)
      findings.problem([...at, 'methods'], 'nobody sees methods inside of TLS; leave them out', 'key');
    if (methods?.some((method) => method.includes('*')))
      findings.problem([...at, 'methods'], 'no wildcard is needed: without methods, every method passes');
    if (seen.has(`${host}:${port}`)) findings.problem(at, `${host}:${port} stands here twice`);
    seen.add(`${host}:${port}`);
    return { host, port, tls, ...(methods && { methods: [...new Set(methods)] }) };
  });
  return { service, listen, allow };
}
