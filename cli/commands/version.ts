import { Command } from 'commander';
import { PINNED_ENVOY_VERSION } from '../../envoy/index.ts';
import type { Context } from '../context.ts';
import { addExamples, jsonOption } from '../options.ts';
import { packageVersion } from '../package-version.ts';

export function versionCommand(context: Context): Command {
  const command = new Command('version')
    .description('print the versions of Shadowplane, Node and the Envoy it is tested with')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => {
      const versions = { shadowplane: packageVersion(), node: process.versions.node, envoy: PINNED_ENVOY_VERSION };
      if (options.json) context.printJson(versions);
      else {
        context.print(
          `shadowplane ${versions.shadowplane}`,
          `node ${versions.node}`,
          `envoy ${versions.envoy} (tested)`,
        );
      }
    });
  return addExamples(command, 'version', 'version --json');
}
