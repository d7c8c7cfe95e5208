import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addExamples, addOptions, addressOption, fileOption, storeOption, tlsOptions } from '../options.ts';
import { findPolicyFile, readPolicy } from '../policy-file.ts';
import { readAccess } from '../stack/access.ts';
import { readComparing } from '../stack/comparing.ts';
import { createLogger } from '../stack/logger.ts';
import { createRunOutput } from '../stack/output.ts';
import { assertCanListen, formatHostPort } from '../stack/ports.ts';
import { addRunOptions, dataDirFor, type RunOptions, readAddress, type TlsOptions } from '../stack/run-options.ts';
import { filterPath } from '../stack/start-stack.ts';
import { fired, listenForStop } from '../stack/stop-signals.ts';

interface ServeOptions extends RunOptions, TlsOptions {
  readonly file?: string;
  /** Holds a password: never shown or logged. */
  readonly store?: string;
}

/** The control plane alone, for Envoys that run elsewhere. */
export function serveCommand(context: Context): Command {
  const command = new Command('serve')
    .description('run the control plane alone, for Envoys that run elsewhere (containers, Kubernetes)')
    .addOption(fileOption('configuration file, applied again whenever it is saved (default: shadowplane.yaml here)'))
    .addOption(storeOption());
  addOptions(command, addressOption('envoyListen'), ...tlsOptions());
  addRunOptions(command).action(async (options: ServeOptions) => {
    const policyFile = findPolicyFile(options.file);
    command.setOptionValue('file', policyFile);
    await readPolicy(policyFile);
    // Where Envoys elsewhere listen is theirs to have free, so it is not tried here.
    const listen = options.envoyListen === undefined ? undefined : await readAddress(options, 'envoyListen');
    const [xds, api] = await Promise.all([readAddress(options, 'xdsListen'), readAddress(options, 'apiListen')]);
    const access = await readAccess(options, context.env, { api, xds });
    await assertCanListen(xds, '--xds-listen');
    await assertCanListen(api, '--api-listen');
    const compare = await readComparing(options, xds, context.note);
    const output = createRunOutput(context, options.json === true);
    const signals = listenForStop();
    try {
      const { startShadowplane } = await import('../../server/index.ts');
      const controlPlane = await startShadowplane({
        policyFile,
        dataDir: dataDirFor(options, policyFile),
        storeUrl: options.store,
        secretsDir: options.secrets,
        xdsListen: formatHostPort(xds),
        apiListen: formatHostPort(api),
        filterWasmPath: await filterPath(output.log, compare !== undefined),
        ...access,
        compare,
        ...(listen && { listen: formatHostPort(listen) }),
        logger: await createLogger(
          options.logLevel,
          output.mode === 'json' ? 'json' : 'text',
          output.log,
          context.style,
        ),
      });
      const apiUrl = `${access.apiAccess?.tls ? 'https' : 'http'}://${controlPlane.apiAddress}`;
      const { xdsAddress, captureAddress } = controlPlane;
      const comparing = captureAddress ? `answers are taken at ${captureAddress}` : 'answers are not compared';
      output.line(
        `control plane is running: API ${apiUrl}/api/v1, xDS ${xdsAddress}, ${comparing}, file ${policyFile}`,
      );
      output.event('ready', { api: apiUrl, xds: xdsAddress, capture: captureAddress ?? null });
      await fired(signals.stop);
      output.line('stopping');
      await Promise.race([controlPlane.close(), fired(signals.force)]);
      output.event('stopped', {});
    } finally {
      output.end();
      signals.release();
    }
  });
  return addExamples(
    command,
    'serve -f shadowplane.yaml',
    'serve --xds-listen 0.0.0.0:18000 --xds-tls-cert xds.pem --xds-tls-key xds.key --xds-client-ca envoys.pem',
    'serve --api-listen 0.0.0.0:8790 --api-token-file tokens',
    'envoy bootstrap > envoy.yaml   (for the Envoys)',
  );
}
