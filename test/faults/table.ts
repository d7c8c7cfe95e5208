/** The table: what is wrong with the shadow, what traffic meets it, and how much of it. */
export type Protocol = 'http1' | 'http2';
export const PROTOCOLS: readonly Protocol[] = ['http1', 'http2'];

export const FAULTS = [
  'dead',
  'refusing',
  'stalled before headers',
  'stalled mid body',
  '10x slower',
  'resetting',
  'answering 500',
  'answering 100 MB',
  'garbage',
  'TLS failure',
  'DNS failure',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Addresses by protocol. */
export type ServiceAddresses = Readonly<Record<Fault | 'primary' | 'healthy', Readonly<Record<Protocol, string>>>>;

/** Arms of a row: requests that are not copied, the same once more (A/A), and those that are. */
export const OFF = 'off';
export const AGAIN = 'again';

/** Name of a mirror, and of the first parts of its path: `/http1/stalled-mid-body`. */
function slug(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

export function pathOf(protocol: Protocol, arm: string): string {
  return `/${protocol}/${slug(arm)}`;
}

export function mirrorName(protocol: Protocol, arm: string): string {
  return `${protocol}-${slug(arm).replace(/^10x/, 'tenfold')}`;
}

/** Copies end after this, so that a row does not leave much to the next. */
export const COPY_TIMEOUT = '3s';
/** Envoy's peak in any row: its own memory, and a buffer for each copy that a stalled shadow holds. */
export const MEMORY_BOUND_MIB = 300;
/** What p99 may be of what it is without copies. */
export const P99_BOUND = 1.05;
