import { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOption, fileOption, jsonOption, waitOption } from '../options.ts';
import { findPolicyFile, readPolicy } from '../policy-file.ts';
import { appliedText, type WriteAnswer, waitQuery } from '../write-answer.ts';

interface ApplyOptions {
  readonly file?: string;
  readonly api: string;
  readonly wait?: string;
  readonly json?: boolean;
}

/** Makes a file the whole configuration of a running control plane. Checked here first, because here lines are known. */
export function applyCommand(context: Context): Command {
  const command = new Command('apply').description('make a file the configuration of a running control plane');
  addOptions(
    command,
    fileOption('configuration file, - for standard input (default: shadowplane.yaml here)'),
    waitOption(),
    apiOption(),
    jsonOption(),
  ).action(async (options: ApplyOptions) => {
    const file = findPolicyFile(options.file);
    command.setOptionValue('file', file);
    const { document } = await readPolicy(file);
    const api = createApiClient(options.api);
    const answer = await api.send<WriteAnswer>('PUT', `/config${waitQuery(options.wait)}`, document);
    if (options.json) context.printJson(answer);
    else context.print(`${file === '-' ? 'standard input' : file} is applied ${appliedText(answer)}`);
  });
  return addExamples(
    command,
    'apply -f shadowplane.yaml --wait 5s',
    'get config | sed s/5%/10%/ | shadowplane apply -f -',
  );
}
