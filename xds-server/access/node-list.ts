/**
 * Which nodes are served, and by what certificate one may call itself so. An entry is a node id, or `ID=NAME`: then only who has
 * proven NAME, a DNS name or URI of its certificate, may be that node. `*` in the id stands for any characters, and in the
 * name for what it stood for in the id: `edge-*=edge-*.shop.internal` lets `edge-1.shop.internal` be `edge-1` and nobody else.
 * With `@egress:SERVICE` after it the node is served as the way out of that service and as nothing else.
 */
import { ShadowplaneError } from '../../errors/index.ts';
import type { EnvoySetup } from '../resources/index.ts';

export interface NodeEntry {
  /** As it was written. */
  readonly text: string;
  readonly id: RegExp;
  /** The parts of the name between its stars; undefined: whoever is heard may be that node. */
  readonly name: readonly string[] | undefined;
  /** The service whose way out it has to be; undefined: it may be anything. */
  readonly egress: string | undefined;
}

/** Clients choose their names. */
const MAX_ID_LENGTH = 256;

/** @throws ShadowplaneError USAGE naming the entry */
export function parseNodeList(entries: readonly string[]): NodeEntry[] {
  return entries.map((text) => {
    const [, who = '', egress] = /^(.*?)(?:@egress:(.*))?$/s.exec(text)!;
    const [id = '', name, ...more] = who.split('=');
    const refuse = (message: string) => new ShadowplaneError('USAGE', `--xds-nodes ${text}: ${message}`);
    if (id === '' || name === '' || more.length > 0) throw refuse('an entry is ID or ID=NAME');
    if (egress === '') throw refuse('@egress: is followed by the name of a service');
    const parts = id.split('*');
    const names = name?.split('*');
    if (names && names.length > parts.length) throw refuse('the name has more * than the id, for which nothing stands');
    return { text, id: new RegExp(`^${parts.map(escaped).join('([^]*)')}$`), name: names, egress };
  });
}

export function bindsNames(entries: readonly NodeEntry[]): boolean {
  return entries.some(({ name }) => name !== undefined);
}

/**
 * Why a node is refused; undefined if it is served. One entry that fits is enough.
 *
 * @param proven names of the certificate that the connection has shown, and that has been verified
 * @param setup what the node says it is; absent where nothing is served that depends on it
 */
export function refusalOfNode(
  entries: readonly NodeEntry[],
  id: string,
  proven: readonly string[],
  setup?: Pick<EnvoySetup, 'egress'>,
): string | undefined {
  const fitting = id.length > MAX_ID_LENGTH ? [] : entries.filter((entry) => entry.id.test(id));
  if (fitting.length === 0) return 'this node id is none of --xds-nodes';
  const fittingSetup = setup
    ? fitting.filter(({ egress }) => egress === undefined || egress === setup.egress)
    : fitting;
  if (fittingSetup.length === 0) {
    const services = fitting.map(({ egress }) => egress).join(' or ');
    return `this node id is for the way out of ${services}; this one says that it is ${setup?.egress === undefined ? 'none' : `that of ${setup.egress}`}`;
  }
  const wanted = new Set<string>();
  for (const entry of fittingSetup) {
    if (entry.name === undefined) return undefined;
    const stars = entry.id.exec(id)!.slice(1);
    const name = entry.name.map((part, index) => part + (index < entry.name!.length - 1 ? stars[index] : '')).join('');
    if (proven.some((known) => isSame(known, name))) return undefined;
    wanted.add(name);
  }
  const shown = proven.length === 0 ? 'has no name' : `is for ${proven.join(', ')}`;
  return `this node id is bound to a certificate for ${[...wanted].join(' or ')}; this one ${shown}`;
}

/** Case does not matter in DNS names, and does in URIs. */
function isSame(proven: string, name: string): boolean {
  return proven === name || (!proven.includes('://') && proven.toLowerCase() === name.toLowerCase());
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
