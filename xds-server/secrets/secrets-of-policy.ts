import { join } from 'node:path';
import { didYouMean, type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import type { CertificateSource, Policy, Service } from '../policy/model.ts';
import { type SecretUse, secretUses } from '../resources/index.ts';
import { SECRET_FILES } from './read-secret.ts';
import type { SecretFolder } from './secret-folder.ts';
import type { SecretView } from './secret-routes.ts';

/**
 * What a policy names anew has to be there. What the one in force names already does not stand in the way, whatever became of
 * it: Envoys keep what they have, and mirrors can still be paused.
 *
 * @throws ShadowplaneError POLICY_INVALID naming each place
 */
export function assertSecretsKnown(policy: Policy, folder: SecretFolder | undefined, inForce: Policy): void {
  const known = new Set(secretUses(inForce).map(keyOf));
  const problems = problemsOf(
    secretUses(policy).filter((use) => !known.has(keyOf(use))),
    folder,
  );
  const [first] = problems;
  if (first) throw new ShadowplaneError('POLICY_INVALID', `${first.path}: ${first.message}`, { problems });
}

/** Secrets that a policy names and that cannot be served now. */
export function missingSecrets(policy: Policy, folder: SecretFolder | undefined): InputProblem[] {
  return problemsOf(secretUses(policy), folder);
}

const keyOf = ({ path, secret }: SecretUse): string => JSON.stringify([path, secret]);

function problemsOf(uses: readonly SecretUse[], folder: SecretFolder | undefined): InputProblem[] {
  return uses.flatMap(({ path, secret, needs }): InputProblem[] => {
    if (!folder) return [{ path, message: 'needs --secrets FOLDER, with a folder for each secret' }];
    const material = folder.material(secret);
    if (!material && folder.names().includes(secret)) {
      return [{ path, message: `the files of the secret ${JSON.stringify(secret)} are of no use` }];
    }
    if (!material) {
      return [{ path, message: `there is no secret ${JSON.stringify(secret)}${didYouMean(secret, folder.names())}` }];
    }
    const [has, file] =
      needs === 'certificate'
        ? [material.certificate !== undefined, SECRET_FILES.certificate]
        : [material.authorityPem !== undefined, SECRET_FILES.authority];
    return has ? [] : [{ path, message: `the secret ${JSON.stringify(secret)} has no ${file}` }];
  });
}

/** The secrets of which these SDS resources are made. */
export function secretsBehind(policy: Policy, resources: ReadonlySet<string>): string[] {
  return secretUses(policy).flatMap(({ resource, secret }) => (resources.has(resource) ? [secret] : []));
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
