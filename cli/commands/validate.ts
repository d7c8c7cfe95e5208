import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addExamples, fileOption, jsonOption } from '../options.ts';
import { findPolicyFile, readPolicy } from '../policy-file.ts';

/** Checks a configuration file without running anything. */
export function validateCommand(context: Context): Command {
  const command = new Command('validate')
    .description('check a configuration file; errors with file, line and column, exit code 2')
    .addOption(fileOption('configuration file, - for standard input (default: shadowplane.yaml here)'))
    .addOption(jsonOption())
    .action(async (options: { file?: string; json?: boolean }) => {
      const file = findPolicyFile(options.file);
      command.setOptionValue('file', file);
      const { policy, warnings } = await readPolicy(file);
      if (options.json) {
        context.printJson({ file, valid: true, mirrors: policy.mirrors.map(({ name }) => name), warnings });
        return;
      }
      for (const { line, column, path, message } of warnings) {
        context.note(`${file}:${line ?? 1}:${column ?? 1} ${path}: warning: ${message}`);
      }
      const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
      context.print(
        `${file} is valid: ${counted(policy.services.length, 'service')}, ${counted(policy.mirrors.length, 'mirror')}`,
      );
    });
  return addExamples(command, 'validate -f shadowplane.yaml', 'validate -f shadowplane.yaml --json');
}
