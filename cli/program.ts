import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { buildCommand } from './commands/build.ts';
import { demoCommand } from './commands/demo.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { envoyCommand } from './commands/envoy.ts';
import { getCommand } from './commands/get.ts';
import { historyCommand } from './commands/history.ts';
import { mirrorCommand } from './commands/mirror.ts';
import { planCommand } from './commands/plan.ts';
import { rolloutCommand } from './commands/rollout.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { undoCommand } from './commands/undo.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { upCommand } from './commands/up.ts';
import { validateCommand } from './commands/validate.ts';
import { versionCommand } from './commands/version.ts';
import type { Context } from './context.ts';
import { logLevelOption } from './options.ts';
import { failureJson, failureText } from './output/error-text.ts';
import { styleFor } from './output/style.ts';
import { packageVersion } from './package-version.ts';

const EXIT_USAGE = 2;

/**
 * Runs one command line and answers its exit code: 0 done, 1 failed, 2 wrong usage or configuration. Nothing is thrown;
 * what went wrong stands on standard error, as JSON where `--json` was asked for.
 */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  let current: Command | undefined;
  const program = createProgram(context);
  program.hook('preAction', (_, action) => {
    current = action;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    const style = styleFor(context.stderr, context.env);
    const { text, exitCode } = failureText(error, {
      style,
      debug: wantsDebug(argv, context.env),
      filename: current?.opts<{ file?: string }>().file,
    });
    context.note(argv.includes('--json') ? failureJson(error) : text);
    return exitCode;
  }
}

function createProgram(context: Context): Command {
  const program = new Command('shadowplane')
    .description(
      'Mirror production traffic to the rewritten service with Envoy, live and without the primary noticing.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .addHelpText(
      'after',
      '\nRun "shadowplane COMMAND --help" for options and examples.\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.',
    );
  const commands = [
    upCommand(context),
    serveCommand(context),
    demoCommand(context),
    applyCommand(context),
    planCommand(context),
    getCommand(context),
    mirrorCommand(context),
    rolloutCommand(context),
    historyCommand(context),
    undoCommand(context),
    statusCommand(context),
    diffCommand(context),
    doctorCommand(context),
    validateCommand(context),
    uninstallCommand(context),
    envoyCommand(context),
    buildCommand(context),
    versionCommand(context),
  ];
  for (const command of commands) program.addCommand(command);
  configure(program, context);
  return program;
}

/** Commander's own settings are not inherited by commands that are added ready-made. */
function configure(command: Command, context: Context): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => context.stdout.write(text),
    writeErr: (text) => context.stderr.write(text),
    getOutHelpWidth: () => context.width,
    getErrHelpWidth: () => context.width,
  });
  if (command.commands.length > 0) command.helpCommand(false);
  else if (!command.options.some(({ long }) => long === '--log-level')) command.addOption(logLevelOption().hideHelp());
  for (const child of command.commands) configure(child, context);
}

function wantsDebug(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const flag = argv.indexOf('--log-level');
  const level = flag >= 0 ? argv[flag + 1] : argv.find((word) => word.startsWith('--log-level='))?.split('=')[1];
  return (level ?? env.SHADOWPLANE_LOG_LEVEL) === 'debug';
}
