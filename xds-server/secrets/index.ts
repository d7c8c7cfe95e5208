/** Certificates, keys and authorities that Envoys are served by SDS: read from files, checked, followed while they change. */
export { SecretFolder } from './secret-folder.ts';
export { type SecretView, secretRoutes, secretsOpenApi } from './secret-routes.ts';
export {
  assertSecretsKnown,
  missingSecrets,
  secretsBehind,
  secretViews,
  withSecretFiles,
} from './secrets-of-policy.ts';
