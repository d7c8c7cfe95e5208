import type { Applied, WaitForApplied } from './api/index.ts';
import type { ServedGroups } from './served-groups.ts';
import { SECRET, type XdsServer } from './xds/index.ts';

/**
 * Waits for the Envoys of all groups; a rejection by one of them ends it. A write is served before it has returned to the
 * API, so what is served now is that revision or a newer one that contains it.
 *
 * @param changesSecrets where it does not, that an Envoy refuses a certificate is not its fault: files have changed
 */
export function waitForApplied(
  xds: Pick<XdsServer, 'waitForAck'>,
  groups: Pick<ServedGroups, 'snapshots'>,
  changesSecrets: (revision: number) => boolean,
): WaitForApplied {
  return async (revision, timeoutMs) => {
    const options = { timeoutMs, ...(!changesSecrets(revision) && { ignoring: [SECRET] }) };
    const waits = [...groups.snapshots].map(async ([group, snapshot]): Promise<Applied> => {
      const { acked, of, tookMs, rejections } = await xds.waitForAck(group, snapshot, options);
      const [rejection] = rejections;
      return {
        acked,
        of,
        tookMs: Math.round(tookMs),
        ...(rejection && { rejection: { node: rejection.node, message: rejection.message } }),
      };
    });
    const rejected = waits.map(async (wait) => {
      const applied = await wait;
      return applied.rejection ? [applied] : new Promise<never>(() => {});
    });
    return sum(await Promise.race([Promise.all(waits), ...rejected]));
  };
}

function sum(results: readonly Applied[]): Applied {
  const rejection = results.find((result) => result.rejection)?.rejection;
  return {
    acked: results.reduce((total, { acked }) => total + acked, 0),
    of: results.reduce((total, { of }) => total + of, 0),
    tookMs: Math.max(0, ...results.map(({ tookMs }) => tookMs)),
    ...(rejection && { rejection }),
  };
}
