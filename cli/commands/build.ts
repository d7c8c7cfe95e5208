import { Command } from 'commander';
import type { Context } from '../context.ts';
import { addExamples, jsonOption } from '../options.ts';

export function buildCommand(context: Context): Command {
  const filter = new Command('filter')
    .description('compile filter.wasm (other commands do it when it is missing or older than its source)')
    .addOption(jsonOption())
    .action(async (options: { json?: boolean }) => {
      const { buildFilter } = await import('../../filter/index.ts');
      const { wasmPath, bytes } = await buildFilter();
      if (options.json) context.printJson({ path: wasmPath, bytes });
      else context.print(`${wasmPath} (${bytes.toLocaleString('en-US')} bytes)`);
    });
  return addExamples(
    new Command('build')
      .description('build parts of Shadowplane from source')
      .addCommand(addExamples(filter, 'build filter')),
    'build filter',
  );
}
