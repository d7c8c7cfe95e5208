import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addExamples, DEFAULT_ADDRESSES, fileOption, storeOption } from '../options.ts';
import { findPolicyFile, readPolicy } from '../policy-file.ts';
import { readAccess } from '../stack/access.ts';
import { readComparing } from '../stack/comparing.ts';
import { envoyEventText } from '../stack/envoy-events.ts';
import { createLogger } from '../stack/logger.ts';
import { createRunOutput } from '../stack/output.ts';
import { assertCanListenAll } from '../stack/ports.ts';
import { addEnvoyOptions, addRunOptions, dataDirFor, type EnvoyRunOptions, readAddress } from '../stack/run-options.ts';
import { runUntilStopped } from '../stack/run-until-stopped.ts';
import { prepareStack, startStack } from '../stack/start-stack.ts';
import { listenForStop } from '../stack/stop-signals.ts';
import { unreachableServices } from '../stack/unreachable-services.ts';
import { startupLines } from '../view/startup.ts';

interface UpOptions extends EnvoyRunOptions {
  readonly file?: string;
  /** Holds a password: never shown or logged. */
  readonly store?: string;
}

/** Control plane and supervised Envoy in one process tree, in front of the user's own services. */
export function upCommand(context: Context): Command {
  const command = new Command('up')
    .description('run control plane and Envoy in front of your services; Ctrl-C stops all')
    .addOption(fileOption('configuration file, applied again whenever it is saved (default: shadowplane.yaml here)'))
    .addOption(storeOption());
  addRunOptions(addEnvoyOptions(command)).action(async (options: UpOptions) => {
    // Envoy inherits the environment and can write any variable into a header or log.
    delete context.env.SHADOWPLANE_STORE;
    const policyFile = findPolicyFile(options.file);
    command.setOptionValue('file', policyFile);
    const { policy } = await readPolicy(policyFile);
    const listen = options.envoyListen === undefined ? undefined : await readAddress(options, 'envoyListen');
    const [admin, xds, api] = await Promise.all([
      readAddress(options, 'envoyAdmin'),
      readAddress(options, 'xdsListen'),
      readAddress(options, 'apiListen'),
    ]);
    await assertCanListenAll([
      listen === undefined
        ? { address: policy.listen, by: `listen in ${policyFile}, or --envoy-listen HOST:PORT` }
        : { address: listen, by: '--envoy-listen HOST:PORT' },
      { address: admin, by: '--envoy-admin HOST:PORT' },
      { address: xds, by: '--xds-listen HOST:PORT' },
      { address: api, by: '--api-listen HOST:PORT' },
    ]);
    const access = await readAccess(options, context.env, { api, xds });
    const compare = await readComparing(options, xds, context.note);

    const output = createRunOutput(context, options.json === true);
    const parts = await prepareStack(options.dataDir, compare !== undefined, context.note);
    const signals = listenForStop();
    try {
      const stack = await startStack({
        policyFile,
        dataDir: dataDirFor(options, policyFile),
        storeUrl: options.store,
        secretsDir: options.secrets,
        parts,
        listen,
        admin,
        xds,
        api,
        access,
        compare,
        concurrency: options.envoyConcurrency,
        envoyLogLevel: options.logLevel === 'debug' ? 'debug' : 'warning',
        logger: await createLogger(
          options.logLevel,
          output.mode === 'json' ? 'json' : 'text',
          output.log,
          context.style,
        ),
        stop: signals.stop,
        onEnvoyEvent: (event) => output.log(envoyEventText(event, context.style)),
        // It was asked for on standard output; with --json that belongs to the events.
        onAccessLog: output.mode === 'json' ? output.log : output.line,
      });
      if (!stack) return;
      for (const line of startupLines(stack, policyFile, context.style)) output.line(line);
      void unreachableServices(policy).then((lines) => {
        for (const line of lines) output.log(context.style.yellow(`warn ${line}`));
      });
      output.event('ready', {
        listen: stack.envoy.listenerAddress,
        api: stack.apiUrl,
        xds: stack.xdsAddress,
        capture: stack.captureAddress ?? null,
        envoyAdmin: stack.envoy.admin.address,
        envoyPid: stack.envoy.pid,
      });
      await runUntilStopped(context, output, stack, signals, {
        footer: () => [
          context.style.dim(`${stack.envoy.listenerAddress}  saving ${policyFile} changes the mirrors  Ctrl-C stops`),
        ],
      });
    } finally {
      output.end();
      signals.release();
    }
  });
  return addExamples(
    command,
    'up',
    'up -f shadowplane.yaml --envoy-listen 0.0.0.0:8080',
    'up -f shadowplane.yaml --no-compare   (mirror only)',
    `up --api-listen 127.0.0.1:${Number(DEFAULT_ADDRESSES.apiListen.split(':')[1]) + 1} --data-dir /var/lib/shadowplane`,
  );
}
