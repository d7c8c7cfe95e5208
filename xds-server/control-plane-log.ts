/** What the log, and the audit log, say of what happens by itself. */
import type { Logger } from 'pino';
import type { AuditLog } from './access/index.ts';
import type { EnvoyStatusSource } from './api/index.ts';
import type { Brakes } from './brake/index.ts';
import type { GuardStatus } from './guards/index.ts';
import type { Rollouts } from './rollouts/index.ts';
import type { VmKeeper } from './vms/index.ts';

export function logGuard(logger: Logger, { service, role, mirrors, state, mode, reason }: GuardStatus): void {
  const about = { service, role, mirrors };
  if (state === 'proven')
    logger.info({ ...about, mode }, 'the shadow guard is proven: unsafe requests are copied to it');
  else if (state === 'trusted') {
    logger.warn(about, 'UNSAFE REQUESTS ARE COPIED TO IT WITHOUT ANY PROOF OF A SHADOW GUARD: sideEffects: trusted');
  } else logger.warn(about, `no unsafe request is copied: ${service} ${reason}`);
}

export function logBrakes(brakes: Pick<Brakes, 'onEvent'>, logger: Logger): void {
  brakes.onEvent(({ mirror, kind, reason }) => {
    if (kind === 'on') logger.error({ mirror }, `nothing is copied from now on, because of what it costs: ${reason}`);
    else logger.info({ mirror }, `copies are sent again: ${reason}`);
  });
}

export function logKeeper(keeper: Pick<VmKeeper, 'onEvent'>, logger: Logger): void {
  keeper.onEvent(({ kind, role, nodes, reason }) =>
    logger[kind === 'revived' ? 'info' : 'error']({ role, nodes }, `the filter ${kind}: ${reason}`),
  );
}

/** Each move of users, whoever asked for it; what was asked over the API stands in the audit log as a request, too. */
export function logRollouts(rollouts: Pick<Rollouts, 'onEvent'>, audit: Pick<AuditLog, 'write'>, logger: Logger): void {
  rollouts.onEvent(({ mirror, event, drivenBy }) => {
    if (!event) return;
    const { kind, by, status, step, why, weights } = event;
    const isBad = status === 'rolled-back' || kind === 'failed';
    logger[isBad ? 'error' : 'info']({ mirror, kind, by, status, step, weights }, `the rollout: ${why}`);
    // Of several control planes the one that drives writes it down.
    if (drivenBy?.isThis !== false) audit.write({ kind: 'rollout', actor: by, mirror, what: kind, status, step, why });
  });
}

/** An Envoy that is refused tries again and again; one line for each name and address says it. */
export function auditRefusedNodes(envoys: EnvoyStatusSource, audit: AuditLog): () => void {
  const told = new Set<string>();
  return envoys.onEvent(({ kind, node, message, from = '' }) => {
    if (kind !== 'refused') return;
    const key = JSON.stringify([node, from.replace(/:\d+$/, '')]);
    if (told.has(key)) return;
    if (told.size >= MAX_TOLD) told.clear();
    told.add(key);
    audit.write({ kind: 'node-refused', actor: node, from, reason: message });
  });
}

const MAX_TOLD = 1_000;

export function logEnvoys(envoys: EnvoyStatusSource, logger: Logger): () => void {
  return envoys.onEvent(({ kind, node, type, version, message, from }) => {
    if (kind === 'rejected') logger.error({ node, type, version }, `Envoy rejected the change: ${message}`);
    else if (kind === 'refused') logger.warn({ node, from }, `Envoy refused: ${message}`);
    else if (kind === 'acked') logger.debug({ node, type, version }, 'Envoy acknowledged');
    else logger.info({ node }, `Envoy ${kind}`);
  });
}
