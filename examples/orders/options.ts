import { parseArgs } from 'node:util';

/** Command line options of the entry points, `--name value` each; a missing one comes from the environment or has a default. */
export function readOptions<Name extends string>(
  defaults: Readonly<Record<Name, string>>,
  argv: readonly string[] = process.argv.slice(2),
): Record<Name, string> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...argv], options });
  const read = (name: Name): string => {
    const value = values[name];
    return typeof value === 'string' ? value : defaults[name];
  };
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Record<Name, string>;
}

/** `127.0.0.1:8080` or `:8080` (every address). */
export function readAddress(text: string): { host?: string; port: number } {
  const match = /^(.*):(\d{1,5})$/.exec(text);
  if (!match) throw new TypeError(`${text} is not host:port`);
  const [, host, port] = match;
  return host ? { host, port: Number(port) } : { port: Number(port) };
}
