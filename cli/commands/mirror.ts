import { Command, Option } from 'commander';
import { ShadowplaneError } from '../../errors/index.ts';
import type { BrakeReport } from '../../xds-server/brake/index.ts';
import { createApiClient } from '../api-client.ts';
import type { Context } from '../context.ts';
import { addExamples, addOptions, apiOptions, ifRevisionOption, jsonOption, waitOption } from '../options.ts';
import { printable } from '../output/style.ts';
import type { MirrorItem } from '../view/mirror-item.ts';
import { appliedText, type WriteAnswer, waitQuery } from '../write-answer.ts';
import { pauseAll } from './mirror-all.ts';
import { epochCommand } from './mirror-epoch.ts';

interface CommonOptions {
  readonly api: string;
  readonly json?: boolean;
  readonly wait?: string;
  readonly ifRevision?: number;
}

interface SetOptions extends CommonOptions {
  readonly sample?: string;
  readonly segment: Readonly<Record<string, string>>;
  readonly removeSegment: readonly string[];
}

type MirrorAnswer = WriteAnswer & MirrorItem;

/** Changes one mirror while it runs. */
export function mirrorCommand(context: Context): Command {
  const mirror = new Command('mirror').description('change a mirror while it runs');
  mirror.addCommand(setCommand(context));
  mirror.addCommand(pauseCommand(context, 'pause', 'stop mirroring; requests pass as before'));
  mirror.addCommand(pauseCommand(context, 'resume', 'mirror again, with the shares as they were'));
  mirror.addCommand(releaseCommand(context));
  mirror.addCommand(epochCommand(context));
  return addExamples(
    mirror,
    'mirror set orders --sample 20% --segment employees=100%',
    'mirror pause orders',
    'mirror pause --all',
  );
}

function setCommand(context: Context): Command {
  const command = new Command('set')
    .description('set shares; what is not named stays')
    .argument('<name>', 'name of the mirror')
    .addOption(new Option('--sample <percent>', 'share of the requests that are in no segment'))
    .addOption(
      new Option('--segment <name=percent>', 'share of a segment; may stand several times; a new one is tried last')
        .argParser(readSegment)
        .default({}, 'none'),
    )
    .addOption(
      new Option('--remove-segment <name>', 'leave a segment out of the mirror; may stand several times')
        .argParser((name, before: readonly string[]) => [...before, name])
        .default([], 'none'),
    );
  addOptions(command, ifRevisionOption(), waitOption(), ...apiOptions(), jsonOption());
  command.action(async (name: string, options: SetOptions) => {
    const removed = options.removeSegment.map((segment) => [segment, null] as const);
    const segments = { ...options.segment, ...Object.fromEntries(removed) };
    const change = {
      ...(options.sample === undefined ? {} : { sample: options.sample }),
      ...(Object.keys(segments).length === 0 ? {} : { segments }),
    };
    if (Object.keys(change).length === 0) {
      throw new ShadowplaneError('USAGE', 'nothing to set: give --sample, --segment or --remove-segment');
    }
    checkShares(options);
    const path = `/mirrors/${encodeURIComponent(name)}${waitQuery(options.wait)}`;
    const answer = await createApiClient(options, context.env).send<MirrorAnswer>('PATCH', path, change, options);
    if (options.json) context.printJson(answer);
    else context.print(describe(answer));
  });
  return addExamples(
    command,
    'mirror set orders --sample 20%',
    'mirror set orders --segment employees=100% --segment beta=25% --wait 5s',
    'mirror set orders --remove-segment beta',
  );
}

function releaseCommand(context: Context): Command {
  const command = new Command('release')
    .description('copy again after the brake has stopped copies, without waiting for its calm time')
    .argument('<name>', 'name of the mirror');
  addOptions(command, ...apiOptions(), jsonOption());
  command.action(async (name: string, options: CommonOptions) => {
    const path = `/mirrors/${encodeURIComponent(name)}/brake/release`;
    const brake = await createApiClient(options, context.env).send<BrakeReport>('POST', path, undefined, {});
    if (options.json) context.printJson(brake);
    else
      context.print(`${printable(brake.mirror)}: ${brake.state === 'off' ? 'has no brake' : 'the brake is released'}`);
  });
  return addExamples(command, 'mirror release orders');
}

function pauseCommand(context: Context, verb: 'pause' | 'resume', description: string): Command {
  const command = new Command(verb)
    .description(description)
    .argument('[name]', 'name of the mirror')
    .addOption(new Option('--all', 'every mirror, in one change'));
  addOptions(command, ifRevisionOption(), waitOption(), ...apiOptions(), jsonOption());
  command.action(async (name: string | undefined, options: CommonOptions & { readonly all?: boolean }) => {
    if ((name === undefined) !== (options.all === true)) {
      throw new ShadowplaneError('USAGE', `mirror ${verb}: name a mirror, or give --all`);
    }
    const api = createApiClient(options, context.env);
    if (name === undefined) return pauseAll(context, api, verb, options);
    const path = `/mirrors/${encodeURIComponent(name)}/${verb}${waitQuery(options.wait)}`;
    const answer = await api.send<MirrorAnswer>('POST', path, undefined, options);
    if (options.json) context.printJson(answer);
    else context.print(describe({ ...answer, name: answer.name ?? name, paused: answer.paused ?? verb === 'pause' }));
  });
  return addExamples(
    command,
    `mirror ${verb} orders`,
    `mirror ${verb} orders --wait 5s`,
    `mirror ${verb} --all --wait 5s`,
  );
}

function readSegment(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new ShadowplaneError('USAGE', `--segment ${text}: write NAME=PERCENT, such as employees=100%`);
  }
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Refuses what is no percentage before anything is sent, naming the flag it came from; the control plane checks the rest. */
function checkShares({ sample, segment }: SetOptions): void {
  const shares = [
    ...(sample === undefined ? [] : [['--sample', sample] as const]),
    ...Object.entries(segment).map(([name, share]) => [`--segment ${name}`, share] as const),
  ];
  for (const [flag, share] of shares) {
    if (/^\d+(\.\d+)?\s*%$/.test(share)) continue;
    const hint = /^\d+(\.\d+)?$/.test(share) ? `; did you mean ${share}%?` : ', such as 5% or 0.25%';
    throw new ShadowplaneError('USAGE', `${flag}: "${share}" is not a percentage${hint}`);
  }
}

/** `orders: employees 100%, everyone else 20% (revision 7)` */
function describe(answer: MirrorAnswer): string {
  const segments = Object.entries(answer.segments ?? {}).map(([name, share]) => `${name} ${share}`);
  const shares = [...segments, `everyone else ${answer.sample ?? '0%'}`].join(', ');
  const state = answer.paused ? 'paused; when resumed ' : '';
  return `${answer.name}: ${state}${shares} ${appliedText(answer)}`;
}
