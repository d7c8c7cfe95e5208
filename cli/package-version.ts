import { existsSync, readFileSync } from 'node:fs';

/** The version in package.json, which stands one folder up in a checkout and two in a built package. */
export function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    const url = new URL(path, import.meta.url);
    if (existsSync(url)) return (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;
  }
  return 'unknown';
}
