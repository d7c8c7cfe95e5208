import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';

/** What a reader of a report needs to know about the machine; nothing that names it or its owner. */
export interface Machine {
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: `${cores.length} x ${cores[0]?.model.trim() ?? 'unknown CPU'}${isVirtual() ? ', virtual machine' : ''}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${/^\d+(\.\d+)*/.exec(release())?.[0] ?? release()}`,
    node: process.version,
  };
}

/** As Markdown list items, one line each. */
export function machineLines(machine: Machine): string[] {
  return [
    `- CPU: ${machine.cpu}`,
    `- Memory: ${machine.memoryGiB} GiB`,
    `- System: ${machine.system}, Node ${machine.node}`,
  ];
}

function isVirtual(): boolean {
  try {
    return / hypervisor( |$)/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}
