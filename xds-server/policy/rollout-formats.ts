/** Scalars of `rollout` with a syntax of their own. */
import { ALL, parsePercent } from './percent.ts';
import { invalid } from './problems.ts';

/** 0.95 for `95%`. Below a half it would be no confidence, and certain nobody ever is. */
export function parseConfidence(value: unknown): number {
  const confidence = parsePercent(value) / ALL;
  if (confidence >= 0.5 && confidence < 1) return confidence;
  throw invalid(`${JSON.stringify(value)} is out of range: 50% to 99.9999%`);
}

/** What stands before the path, with a name in front of the host. */
const WITH_USER = /^([^/?#]*:)?(\/\/)?[^/?#]*@/;

/** Policies are shown to everyone who may read, so no address carries a password. */
export function parseHttpUrl(value: unknown): string {
  // What is secret is not repeated in a message that logs and terminals show.
  if (typeof value === 'string' && WITH_USER.test(value)) {
    throw invalid('carries a user or password, which everyone who may read this would see; leave out what is before @');
  }
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    const hint = typeof value === 'string' && isWithoutScheme(value) ? `; did you mean "http://${value}"?` : '';
    throw invalid(`${shown(value)} is no address that begins with http:// or https://${hint}`);
  }
  if (url.hash !== '') throw invalid(`${shown(value)}: what follows # never reaches a server; leave it out`);
  return value as string;
}

/** `prometheus:9090` and `checks.example/orders`, as people write them. */
function isWithoutScheme(value: string): boolean {
  return value.length <= 60 && /^[a-z0-9.-]+(:\d+)?(\/\S*)?$/i.test(value) && URL.canParse(`http://${value}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
