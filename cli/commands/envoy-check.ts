import { Command } from 'commander';
import { createEnvoyAdmin } from '../../envoy/index.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, addressOption, DEFAULT_ADDRESSES, fileOption, jsonOption } from '../options.ts';
import { findPolicyFile, readPolicy } from '../policy-file.ts';

const EXIT_DIFFERENT = 3;

/** Whether a running Envoy has what a policy needs there; reads its admin interface alone. */
export function checkCommand(context: Context): Command {
  const command = new Command('check').description(
    'hold what a running Envoy has, by its admin interface, against what a policy needs there',
  );
  addOptions(
    command,
    fileOption('policy that it is for (default: shadowplane.yaml here)'),
    addressOption('envoyAdmin'),
    jsonOption(),
  ).action(async (options: { file?: string; envoyAdmin?: string; json?: boolean }) => {
    const file = findPolicyFile(options.file);
    command.setOptionValue('file', file);
    const address = options.envoyAdmin ?? DEFAULT_ADDRESSES.envoyAdmin;
    const [{ policy }, dump, { buildFragment }, { checkDump }] = await Promise.all([
      readPolicy(file),
      createEnvoyAdmin(address).configDump(),
      import('../../xds-server/resources/index.ts'),
      import('../fragment/check-dump.ts'),
    ]);
    // Where the control plane is does not matter here.
    const xdsAddress = { host: '127.0.0.1', port: 1 };
    const problems = checkDump(dump, buildFragment(policy, { xdsAddress, variant: 'ads-delta' }).fragment);
    if (problems.length > 0) process.exitCode = EXIT_DIFFERENT;
    if (options.json) return context.printJson({ envoy: address, problems });
    if (problems.length === 0) return context.print(`${address} has all that ${file} needs`);
    context.print(...problems.map(({ where, message }) => `${where}: ${message}`));
    context.note('"shadowplane envoy fragment" prints each part as it belongs there');
  });
  addExamples(command, 'envoy check -f shadowplane.yaml', 'envoy check --envoy-admin 127.0.0.1:9902 --json');
  return command.addHelpText(
    'after',
    '\nExit codes: 0 all is there, 3 something is missing, 1 no admin interface answers, 2 wrong usage.',
  );
}
