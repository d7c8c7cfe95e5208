/** The rows of the table: which Envoys each needs, what it sends, and what may fail in it. */
import { readFile } from 'node:fs/promises';
import { type Collector, TRAP_HEADER } from '../support/index.ts';
import { armOf, HEALTHY, type NativeEnvoy, resetPeak, settled } from './environment.ts';
import { type Judgement, judge, type RowFigures, rowFigures } from './figures.ts';
import { type Arm, measure } from './measure.ts';
import { AGAIN, OFF, pathOf } from './table.ts';
import { type Client, SMALL, type Traffic } from './traffic.ts';

type Stack = Parameters<typeof settled>[0];

export interface Row {
  readonly fault: string;
  readonly traffic: Traffic;
  /** The arm that is copied. */
  readonly arm: string;
  readonly stack: Stack;
  readonly native?: NativeEnvoy | undefined;
  /** Requests of each arm. */
  readonly requests: number;
  /** Requests that this fault may take along. */
  readonly mayFail?: number;
}

export interface RowResult {
  readonly fault: string;
  readonly traffic: string;
  readonly figures: RowFigures;
  readonly judgement: Judgement;
  readonly native?: RowFigures;
  /** Requests that a fault of the primary's own side took along, where some may. */
  readonly taken?: number;
}

const NATIVE_OFF = 'native off';
const NATIVE_ON = 'native on';
/** Where uploads fail by their time, so that a row ends. */
const NATIVE_UPLOADS = 8;

export async function runRow({ fault, traffic, arm, stack, native, requests, mayFail = 0 }: Row): Promise<RowResult> {
  const { protocol } = traffic;
  const arms: Arm[] = [armOf(stack, protocol, OFF), armOf(stack, protocol, AGAIN), armOf(stack, protocol, arm, 'on')];
  if (native) {
    const more = { atMost: traffic.perSecond === undefined ? NATIVE_UPLOADS : Math.ceil(requests / 2) };
    arms.push({ name: NATIVE_OFF, port: native.port, path: pathOf(protocol, OFF), ...more });
    arms.push({ name: NATIVE_ON, port: native.port, path: pathOf(protocol, arm), ...more });
  }
  await settled(stack);
  const pid = stack.admin.pid();
  await Promise.all([resetPeak(pid), native && resetPeak(native.pid)]);
  const outcomes = await measure(traffic, arms, requests);
  const of = (name: string) => outcomes.get(name)!;
  const figures = rowFigures(of(OFF), of(AGAIN), of('on'), await stack.admin.peakMemoryMiB());
  return {
    fault,
    traffic: traffic.name,
    figures,
    judgement: judge(figures, mayFail),
    ...(mayFail > 0 && { taken: figures.failed }),
    ...(native && { native: rowFigures(of(NATIVE_OFF), undefined, of(NATIVE_ON), await peakOf(native.pid)) }),
  };
}

/** The comparison layer has three ways to fail; the shadow is healthy. */
export const COMPARISON_FAULTS = ['stalled', 'answering 500', 'dead'] as const;

export async function breakCollector(collector: Collector, how: (typeof COMPARISON_FAULTS)[number]): Promise<void> {
  if (how === 'dead') await collector.close();
  else collector.behaviour = how === 'stalled' ? 'stall' : 'fail';
}

/** GETs of which one in so many ends a machine of the filter. */
export function trapping(role: 'primary' | 'shadow', oneIn: number): Traffic {
  let sent = 0;
  return {
    ...SMALL,
    name: `small GETs, one in ${oneIn} of those that are copied is a trap`,
    open: async (port): Promise<Client> => {
      const client = await SMALL.open(port);
      const copied = pathOf('http1', HEALTHY);
      return {
        ...client,
        send: (path) => {
          const traps = path === copied && ++sent % oneIn === oneIn / 2;
          return client.send(path, traps ? { [TRAP_HEADER]: role } : undefined);
        },
      };
    },
  };
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}
