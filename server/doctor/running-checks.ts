import { formatAddress } from '../../xds-server/policy/index.ts';
import type { Check, Facts } from './facts.ts';

/** What is amiss with what runs: Envoys, the filter, clocks, the comparison, its store, and who may reach what. */

const OLDEST_ENVOY = [1, 36];
/** The wheel of this version was built without V8. */
const WITHOUT_V8 = '1.38.3';
const SKEW_MS = 2_000;
const BEHIND_MS = 30_000;
/** Fewer may be those of a shadow that was just being started. */
const ENOUGH_COPIES = 20;
const FREE_BYTES = 1024 ** 3;
const FREE_SHARE = 0.05;

const apiOpen: Check = {
  id: 'api-open',
  severity: 'danger',
  find: ({ api }) =>
    api.beyondLoopback && !api.guarded
      ? [
          {
            subject: 'api',
            message: 'whoever reaches the API may change mirrors and read captured answers, and needs no token for it',
            remedy: '--api-token-file, or client certificates: docs/security.md',
          },
        ]
      : [],
};

const xdsOpen: Check = {
  id: 'xds-open',
  severity: 'risk',
  find: ({ xds }) =>
    xds.beyondLoopback && !xds.guarded
      ? [
          {
            subject: 'xds',
            message: 'whoever reaches xDS is served the whole configuration, in plain text',
            remedy: '--xds-tls-cert, --xds-tls-key, --xds-client-ca: docs/security.md',
          },
        ]
      : [],
};

const noEnvoy: Check = {
  id: 'no-envoy',
  severity: 'risk',
  find: ({ envoys, policy }) =>
    envoys.length === 0 && policy.mirrors.length > 0
      ? [
          {
            subject: 'envoys',
            message: 'no Envoy is connected: those that were go on with what they had, and no change reaches them',
            remedy: 'look at the Envoys, and at the way from them to --xds-listen',
          },
        ]
      : [],
};

const envoyOld: Check = {
  id: 'envoy-too-old',
  severity: 'risk',
  find: ({ envoys }) =>
    envoys
      .filter(({ version }) => isOld(version))
      .map(({ node, version }) => ({
        subject: `envoys.${node}`,
        message:
          version === WITHOUT_V8
            ? `Envoy ${version} comes without V8 as a wheel, and then cannot run the filter: nothing is mirrored there`
            : `Envoy ${version} is older than 1.36 and does not know what mirroring needs`,
        remedy: 'run Envoy 1.40, which this is tested with: shadowplane envoy install',
      })),
};

function isOld(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(major + minor)) return false;
  return version === WITHOUT_V8 || major < OLDEST_ENVOY[0]! || (major === OLDEST_ENVOY[0] && minor < OLDEST_ENVOY[1]!);
}

const envoyBehind: Check = {
  id: 'envoy-behind',
  severity: 'risk',
  find: ({ envoys, atMs }) =>
    envoys.flatMap(({ node, behindSince, lastRejection }) => {
      const subject = `envoys.${node}`;
      if (lastRejection) {
        return [
          {
            subject,
            message: `it has rejected a change of ${lastRejection.type} and works with an older one: ${lastRejection.message}`,
            remedy: 'shadowplane get envoys shows it; correct the policy, or undo',
          },
        ];
      }
      if (behindSince === null || atMs - Date.parse(behindSince) < BEHIND_MS) return [];
      return [
        {
          subject,
          message: `it lacks the newest policy since ${behindSince}: a mirror that was stopped may still run there`,
          remedy: 'look at its log and at the way to the control plane',
        },
      ];
    }),
};

const envoyLacks: Check = {
  id: 'envoy-lacks',
  severity: 'risk',
  find: ({ envoys }) =>
    envoys.flatMap(({ node, problems }) =>
      problems.map(({ message, remedy }) => ({ subject: `envoys.${node}`, message, remedy })),
    ),
};

const braked: Check = {
  id: 'brake-on',
  severity: 'risk',
  find: ({ stopped }) =>
    stopped.map((name) => ({
      subject: `mirrors.${name}`,
      message: 'its copies made the primary slower, made it fail or filled the memory of Envoy, and have been stopped',
      remedy: `GET /api/v1/mirrors/${name}/brake says what was measured and when they are tried again; sample less`,
    })),
};

const filterDead: Check = {
  id: 'filter-dead',
  severity: 'risk',
  find: ({ filter }) =>
    filter
      .filter(({ state }) => state !== 'running')
      .map(({ role, state, deaths }) => ({
        subject: `filter.${role}`,
        message: `a virtual machine of the filter is dead (${deaths} ${deaths === 1 ? 'time' : 'times'}): requests pass, and are not ${role === 'primary' ? 'copied' : 'captured'}`,
        remedy:
          state === 'off'
            ? 'it died too often and stays off until POST /api/v1/filter/revive; report it with the log of Envoy'
            : 'it is brought back by itself; if it dies again, report it with the log of Envoy',
      })),
};

const clockSkew: Check = {
  id: 'clock-skew',
  severity: 'risk',
  find: ({ comparison }) =>
    perNode(comparison, ({ clockBehindMs }) => Math.abs(clockBehindMs ?? 0) > SKEW_MS).map(
      ({ node, clockBehindMs }) => ({
        subject: `envoys.${node}`,
        message: `its clock is ${Math.abs(Math.round((clockBehindMs ?? 0) / 1000))} s ${(clockBehindMs ?? 0) > 0 ? 'behind' : 'ahead of'} the control plane's: times of samples are off, and halves may miss each other`,
        remedy: 'synchronise both machines (NTP)',
      }),
    ),
};

const dropping: Check = {
  id: 'comparison-dropping',
  severity: 'risk',
  find: ({ comparison }) =>
    perNode(comparison, ({ dropped }) => dropped > 0).map(({ node, dropped }) => ({
      subject: `envoys.${node}`,
      message: `${dropped} captured answers or more did not arrive, so those pairs were not compared`,
      remedy: 'mirror less, capture less (compare.capture.maxBodyBytes), or look at the way to --capture-listen',
    })),
};

const nothingCompared: Check = {
  id: 'nothing-compared',
  severity: 'note',
  find: ({ comparison, policy }) =>
    !comparison && policy.mirrors.length > 0
      ? [
          {
            subject: 'comparison',
            message: 'copies are sent and nobody looks at the answers (--no-compare)',
            remedy: 'leave --no-compare out, or read what the shadow logs',
          },
        ]
      : [],
};

const storeFailing: Check = {
  id: 'store-failing',
  severity: 'risk',
  find: ({ comparison }) =>
    comparison?.storeFailing
      ? [
          {
            subject: 'store',
            message: 'what was counted cannot be stored; it would be lost with this process',
            remedy: 'the log says why; mostly the disk is full or the database is away',
          },
        ]
      : [],
};

const diskFull: Check = {
  id: 'disk-nearly-full',
  severity: 'risk',
  find: ({ disk }) =>
    disk && disk.freeBytes < Math.max(FREE_BYTES, disk.totalBytes * FREE_SHARE)
      ? [
          {
            subject: 'data-dir',
            message: `${Math.round(disk.freeBytes / 1024 ** 2)} MiB are free where policy, counts and samples are stored`,
            remedy: 'make room, or keep less: compare.retention',
          },
        ]
      : [],
};

const mirroringOff: Check = {
  id: 'mirroring-off',
  severity: 'note',
  find: ({ policy }) =>
    policy.mirroring === 'off'
      ? [{ subject: 'mirroring', message: 'mirroring is off: nothing is copied', remedy: 'mirroring: on' }]
      : [],
};

const silent: Check = {
  id: 'copies-unanswered',
  severity: 'risk',
  find: ({ comparison, policy }) =>
    (comparison?.copies ?? [])
      .filter(({ tried, answered }) => tried >= ENOUGH_COPIES && answered === 0)
      .map(({ mirror, role, tried, withoutConnection }) => {
        const service = policy.mirrors.find(({ name }) => name === mirror)?.[role] ?? role;
        const at = policy.services
          .find(({ name }) => name === service)
          ?.addresses.map(formatAddress)
          .join(', ');
        const refused = withoutConnection > 0 ? ` (${withoutConnection} found no connection)` : '';
        return {
          subject: `mirrors.${mirror}.${role}`,
          message: `none of ${tried} copies to ${service} had an answer below 500${refused}: nothing is compared`,
          remedy: `look whether it runs and listens at ${at}, as Envoy reaches it, and whether its protocol and tls are those of the policy`,
        };
      }),
};

export const RUNNING_CHECKS: readonly Check[] = [
  apiOpen,
  filterDead,
  noEnvoy,
  braked,
  envoyBehind,
  envoyLacks,
  envoyOld,
  silent,
  dropping,
  storeFailing,
  diskFull,
  clockSkew,
  xdsOpen,
  nothingCompared,
  mirroringOff,
];

/** One machine of each node that it holds for. */
function perNode(
  comparison: Facts['comparison'],
  holds: (machine: NonNullable<Facts['comparison']>['machines'][number]) => boolean,
) {
  const machines = (comparison?.machines ?? []).filter(holds);
  return [...new Map(machines.map((machine) => [machine.node, machine])).values()];
}
