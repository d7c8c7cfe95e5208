import { join } from 'node:path';
import { didYouMean, type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import type { CertificateSource, Policy, Service } from '../policy/model.ts';
import { secretUses } from '../resources/index.ts';
import { SECRET_FILES } from './read-secret.ts';
import type { SecretFolder } from './secret-folder.ts';
import type { SecretView } from './secret-routes.ts';

/**
 * What a policy names has to be there when it is written; what goes missing later stays as it was.
 *
 * @throws ShadowplaneError POLICY_INVALID naming each place
 */
export function assertSecretsKnown(policy: Policy, folder: SecretFolder | undefined): void {
  const problems = secretUses(policy).flatMap(({ path, secret, needs }): InputProblem[] => {
    if (!folder) return [{ path, message: 'needs --secrets FOLDER, with a folder for each secret' }];
    const material = folder.material(secret);
    if (!material) {
      return [{ path, message: `there is no secret ${JSON.stringify(secret)}${didYouMean(secret, folder.names())}` }];
    }
    const [has, file] =
      needs === 'certificate'
        ? [material.certificate !== undefined, SECRET_FILES.certificate]
        : [material.authorityPem !== undefined, SECRET_FILES.authority];
    return has ? [] : [{ path, message: `the secret ${JSON.stringify(secret)} has no ${file}` }];
  });
  const [first] = problems;
  if (first) throw new ShadowplaneError('POLICY_INVALID', `${first.path}: ${first.message}`, { problems });
}

/** All that the folder holds, with where the policy names it. */
export function secretViews(policy: Policy, folder: SecretFolder | undefined): SecretView[] {
  const uses = secretUses(policy);
  return (folder?.list() ?? []).map((status) => ({
    ...status,
    usedBy: uses.filter(({ secret }) => secret === status.name).map(({ path }) => path),
  }));
}

/** The same policy with the files that the secrets are, for who reads them on this machine. */
export function withSecretFiles(policy: Policy, directory: string | undefined): Policy {
  if (directory === undefined) return policy;
  const fileOf = (secret: string, file: keyof typeof SECRET_FILES) => join(directory, secret, SECRET_FILES[file]);
  const certificate = (source: CertificateSource): CertificateSource =>
    'secret' in source
      ? { certificateFile: fileOf(source.secret, 'certificate'), privateKeyFile: fileOf(source.secret, 'privateKey') }
      : source;
  const service = ({ tls, ...rest }: Service): Service => {
    if (!tls) return rest;
    const { caSecret, clientCertificate, ...others } = tls;
    return {
      ...rest,
      tls: {
        ...others,
        ...(caSecret !== undefined && { caFile: fileOf(caSecret, 'authority') }),
        ...(clientCertificate && { clientCertificate: certificate(clientCertificate) }),
      },
    };
  };
  return { ...policy, services: policy.services.map(service) };
}
