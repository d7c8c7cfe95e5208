import { Command } from 'commander';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, jsonOption } from '../options.ts';
import { printable } from '../output/style.ts';
import { withoutComparison } from '../without-comparison.ts';

interface EpochOptions {
  readonly api: string;
  readonly json?: boolean;
}

/** Counts anew where the candidate changed and its answers do not name another version. */
export function epochCommand(context: Context): Command {
  const command = new Command('epoch')
    .description('compare anew from the next request on; what was counted stays, as an earlier epoch')
    .argument('<name>', 'name of the mirror');
  addOptions(command, ...apiOptions(), jsonOption());
  command.action(async (name: string, options: EpochOptions) => {
    const path = `/mirrors/${encodeURIComponent(name)}/epoch`;
    const api = createApiClient(options, context.env);
    const answer = await api.send<{ readonly epoch: number }>('POST', path, undefined, {}).catch(withoutComparison);
    if (options.json) return context.printJson(answer);
    context.print(`${printable(name)}: epoch ${answer.epoch} begins with the next request`);
    const before = answer.epoch - 1;
    if (before > 0) context.print(`  the one before: shadowplane diff ${printable(name)} --epoch ${before}`);
  });
  return addExamples(command, 'mirror epoch orders');
}
