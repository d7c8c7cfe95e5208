import { isSafe } from '../../xds-server/guards/index.ts';
import {
  formatAddress,
  isLoopbackHost,
  type Mirror,
  type Policy,
  type Service,
} from '../../xds-server/policy/index.ts';
import type { Check, Facts, Finding } from './facts.ts';

/** What in the policy may harm users, the world, or the sense of the comparison. */

const LARGE_CONCURRENT = 10_000;
const LARGE_BODY_BYTES = 32 * 1024 * 1024;
const LARGE_TIMEOUT_MS = 60_000;
const LARGE_SAMPLE_BYTES = 8 * 1024 ** 3;
const ALL_PER_MILLION = 1_000_000;

type Place = Omit<Finding, 'id' | 'severity'>;

const sharesEndpoint: Check = {
  id: 'shadow-shares-endpoint',
  severity: 'danger',
  find: (facts) =>
    eachReceiver(facts, ({ mirror, receiver, role, primary }) => {
      const theirs = new Set(primary.addresses.map(formatAddress));
      const shared = receiver.addresses.map(formatAddress).find((address) => theirs.has(address));
      return shared === undefined
        ? []
        : [
            {
              subject: `mirrors.${mirror.name}.${role}`,
              message: `${receiver.name} and the primary ${primary.name} are the same process at ${shared}: every request is served twice there`,
              remedy: `give ${receiver.name} an instance of its own`,
            },
          ];
    }),
};

const sharesHost: Check = {
  id: 'shadow-shares-host',
  severity: 'risk',
  find: (facts) =>
    eachReceiver(facts, ({ mirror, receiver, role, primary }) => {
      const hosts = new Set(primary.addresses.map(({ host }) => hostOf(host)));
      const theirs = new Set(primary.addresses.map(formatAddress));
      const shared = receiver.addresses.find(
        (address) => hosts.has(hostOf(address.host)) && !theirs.has(formatAddress(address)),
      );
      return shared === undefined
        ? []
        : [
            {
              subject: `mirrors.${mirror.name}.${role}`,
              message: `${receiver.name} runs on ${shared.host}, as the primary ${primary.name} does: a hungry copy takes CPU and memory from users`,
              remedy: 'put it on another machine, or bound what it may use (cgroups, container limits, anti-affinity)',
            },
          ];
    }),
};

const limitsLarge: Check = {
  id: 'limits-large',
  severity: 'risk',
  find: (facts) =>
    facts.policy.mirrors.flatMap(({ name, limits }) => {
      const large = [
        limits.maxConcurrent > LARGE_CONCURRENT && `maxConcurrent ${limits.maxConcurrent}`,
        limits.maxBodyBytes > LARGE_BODY_BYTES && `maxBodyBytes ${limits.maxBodyBytes}`,
        limits.timeoutMs > LARGE_TIMEOUT_MS && `timeout ${limits.timeoutMs} ms`,
      ].filter((text) => text !== false);
      if (large.length === 0) return [];
      return [
        {
          subject: `mirrors.${name}.limits`,
          message: `${large.join(', ')}: a shadow that stalls may hold that much of Envoy's memory`,
          remedy: 'lower it to what the shadow needs on a good day; the defaults are 1024, 8MiB and 15s',
        },
      ];
    }),
};

const noBudget: Check = {
  id: 'no-budget',
  severity: 'note',
  find: (facts) =>
    facts.policy.mirrors
      .filter((mirror) => runs(facts, mirror) && largestShare(mirror) >= ALL_PER_MILLION / 2)
      .filter(({ limits }) => limits.copiesPerSecond === undefined && limits.bytesPerSecond === undefined)
      .map(({ name }) => ({
        subject: `mirrors.${name}.limits`,
        message: 'half of the requests or more are copied, and nothing bounds copies or bytes a second',
        remedy: 'set limits.copiesPerSecond (and bytesPerSecond for large bodies), or sample less',
      })),
};

const trusted: Check = {
  id: 'unsafe-without-proof',
  severity: 'danger',
  find: (facts) =>
    facts.policy.mirrors
      .filter((mirror) => mirror.sideEffects === 'trusted' && unsafeOf(mirror).length > 0)
      .map((mirror) => ({
        subject: `mirrors.${mirror.name}.sideEffects`,
        message: `${unsafeOf(mirror).join(', ')} are copied to ${receiversOf(mirror).join(' and ')} and nobody has proven that this does no harm`,
        remedy: 'add a shadow guard and say sideEffects: guarded',
      })),
};

const guardMissing: Check = {
  id: 'guard-not-proven',
  severity: 'risk',
  find: ({ guards }) =>
    guards
      .filter(({ state }) => state === 'unproven' || state === 'failed')
      .map(({ service, role, mirrors, reason = 'has not been asked yet' }) => ({
        subject: `services.${service}`,
        message: `the ${role} of ${mirrors.join(', ')} has not proven its guard (${reason}), so requests that change something are not copied`,
        remedy: 'docs/guard-proof.md: add the guard, or let the control plane reach it',
      })),
};

/** Whole words of a path: `/payments`, `/api/v2/credit-card/charge`. */
const MONEY_OR_MESSAGES =
  /^(payments?|pay|charges?|checkouts?|refunds?|payouts?|transfers?|billing|invoices?|cards?|credit-cards?|subscriptions?|webhooks?|callbacks?|e?-?mails?|sms|messages?|notifications?|notify|push|sends?)$/i;

const moneyOrMessages: Check = {
  id: 'money-or-messages',
  severity: 'danger',
  find: (facts) =>
    facts.policy.mirrors.flatMap((mirror) => {
      const unsafe = unsafeOf(mirror);
      const word = mirror.path.split('/').find((part) => MONEY_OR_MESSAGES.test(part));
      if (unsafe.length === 0 || word === undefined) return [];
      return [
        {
          subject: `mirrors.${mirror.name}.match`,
          message: `${unsafe.join(', ')} below ${mirror.path} are copied: "${word}" sounds as if money moved or somebody were written to`,
          remedy: 'copy GET only (methods: [GET]), or stub the provider and give the shadow no credentials of it',
        },
      ];
    }),
};

const everyPath: Check = {
  id: 'unsafe-on-every-path',
  severity: 'risk',
  find: (facts) =>
    facts.policy.mirrors
      .filter((mirror) => mirror.path === '/' && unsafeOf(mirror).length > 0)
      .map((mirror) => ({
        subject: `mirrors.${mirror.name}.match`,
        message: 'requests that change something are copied on every path, those of payments and messages too',
        remedy: 'name the paths that you want, a mirror each',
      })),
};

const everythingUnsafe: Check = {
  id: 'unsafe-at-full-rate',
  severity: 'risk',
  find: (facts) =>
    facts.policy.mirrors
      .filter((mirror) => mirror.sample === ALL_PER_MILLION && unsafeOf(mirror).length > 0)
      .map(({ name }) => ({
        subject: `mirrors.${name}.sample`,
        message:
          '100% of the requests that change something are copied: a guard with a hole is hit by all of them at once',
        remedy: 'begin with 1% to 5% and raise it step by step',
      })),
};

const noBrake: Check = {
  id: 'no-brake',
  severity: 'note',
  find: (facts) =>
    facts.policy.mirrors
      .filter(({ brake }) => brake === undefined)
      .map(({ name }) => ({
        subject: `mirrors.${name}.brake`,
        message: 'nothing stops the copies by itself when they make the primary slower (brake: off)',
        remedy: 'leave brake: off out',
      })),
};

const noControl: Check = {
  id: 'no-control',
  severity: 'risk',
  find: (facts) =>
    facts.policy.mirrors
      .filter(({ control }) => control === undefined)
      .map(({ name }) => ({
        subject: `mirrors.${name}`,
        message:
          'there is no control, so what differs by itself (clocks, ids, order) is not told from what the candidate does differently',
        remedy: 'run a second instance of the primary and name it as control',
      })),
};

const unverifiedTls: Check = {
  id: 'tls-not-verified',
  severity: 'risk',
  find: (facts) =>
    facts.policy.services
      .filter(({ tls }) => tls?.insecure)
      .map(({ name }) => ({
        subject: `services.${name}.tls`,
        message: 'whoever answers there is taken for the service, with the users’ credentials (insecure: true)',
        remedy: 'name its authority in tls.caFile',
      })),
};

const retention: Check = {
  id: 'retention-large',
  severity: 'note',
  find: (facts) =>
    facts.policy.mirrors
      .filter(({ compare }) => compare.retention.maxSampleBytes > LARGE_SAMPLE_BYTES)
      .map(({ name, compare }) => ({
        subject: `mirrors.${name}.compare.retention`,
        message: `up to ${Math.round(compare.retention.maxSampleBytes / 1024 ** 3)} GiB of samples, which are your users' data, are kept`,
        remedy: 'keep what you read: 256MiB is the default',
      })),
};

export const MIRROR_CHECKS: readonly Check[] = [
  sharesEndpoint,
  trusted,
  moneyOrMessages,
  sharesHost,
  guardMissing,
  everyPath,
  everythingUnsafe,
  limitsLarge,
  noControl,
  unverifiedTls,
  noBudget,
  noBrake,
  retention,
];

function unsafeOf({ methods }: Mirror): string[] {
  return methods.filter((method) => !isSafe(method));
}

function receiversOf({ shadow, control }: Mirror): string[] {
  return control === undefined ? [shadow] : [shadow, control];
}

function largestShare({ sample, segments }: Mirror): number {
  return Math.max(sample, ...segments.map(({ share }) => share));
}

function runs({ policy }: Facts, { paused }: Mirror): boolean {
  return !paused && policy.mirroring !== 'off';
}

/** This machine has many names. */
function hostOf(host: string): string {
  return isLoopbackHost(host) ? 'localhost' : host.toLowerCase();
}

interface Receiving {
  readonly mirror: Mirror;
  readonly role: 'shadow' | 'control';
  readonly receiver: Service;
  readonly primary: Service;
}

function eachReceiver({ policy }: { readonly policy: Policy }, find: (receiving: Receiving) => Place[]): Place[] {
  const services = new Map(policy.services.map((service) => [service.name, service]));
  return policy.mirrors.flatMap((mirror) =>
    (['shadow', 'control'] as const).flatMap((role) => {
      const receiver = services.get(mirror[role] ?? '');
      const primary = services.get(mirror.primary);
      return receiver && primary ? find({ mirror, role, receiver, primary }) : [];
    }),
  );
}
