import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ShadowplaneError } from '../../errors/index.ts';

/** What every request of a load is. */
export interface LoadRequest {
  readonly path: string;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
}

/** The load: wrk keeps every connection busy with one request at a time, for whole seconds. */
export interface Load {
  readonly core: number;
  readonly url: string;
  readonly request: LoadRequest;
  readonly connections: number;
  readonly seconds: number;
}

const run = promisify(execFile);

/** @throws ShadowplaneError USAGE saying how to install what is missing. */
export async function requireTools(): Promise<void> {
  for (const [tool, packageName] of [
    ['wrk', 'wrk'],
    ['taskset', 'util-linux'],
  ] as const) {
    try {
      await run(tool, ['--version']);
    } catch (cause) {
      // wrk prints its version and exits with 1.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') continue;
      const hint = `install it with: apt-get install ${packageName} (Debian, Ubuntu; other systems: package ${packageName})`;
      throw new ShadowplaneError('USAGE', `${tool} is not on PATH; ${hint}`, { cause });
    }
  }
}

/** Runs the load to its end; answers with the number of requests that got a response. Any failed one is an error. */
export async function runLoad(load: Load): Promise<number> {
  const { stdout } = await run('taskset', ['-c', String(load.core), 'wrk', ...wrkArguments(load)]);
  return parseWrk(stdout);
}

export function wrkArguments({ url, request, connections, seconds }: Omit<Load, 'core'>): string[] {
  const headers = request.headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  return ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', ...headers, `${url}${request.path}`];
}

export function parseWrk(output: string): number {
  const requests = /^\s*(\d+) requests in /m.exec(output)?.[1];
  if (!requests) throw new Error(`wrk did not say how many requests it made:\n${output}`);
  const failures = /^\s*(?:Non-2xx or 3xx responses|Socket errors): .*$/m.exec(output)?.[0].trim();
  if (failures) throw new Error(`requests failed, so nothing was measured. ${failures}`);
  return Number(requests);
}
