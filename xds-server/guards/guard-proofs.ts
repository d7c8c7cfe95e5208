import { steadyMs } from '../../clock/index.ts';
import type { Mirror, Policy, Service } from '../policy/index.ts';
import { after, type ContinuingProof, type GuardSign, NOTHING_SHOWN } from './continuing-proof.ts';
import type { GuardMode } from './judge-answer.ts';
import { type Probe, type ProbeResult, probeService } from './probe.ts';
import { type ReceiverRole, receiversOf, servicesToProve, withoutUnproven } from './receivers.ts';

/**
 * `unproven`: not asked yet, or never reached. `failed`: it answered without a guard, or its proof is gone. In both no unsafe
 * request is copied to it. `trusted`: nobody asks. `not-needed`: it gets copies of safe requests only.
 */
export type GuardState = 'proven' | 'unproven' | 'failed' | 'trusted' | 'not-needed';

/** A service that gets copies, as `GET /guards` gives it. */
export interface GuardStatus {
  readonly service: string;
  readonly role: ReceiverRole;
  readonly mirrors: readonly string[];
  readonly state: GuardState;
  readonly mode?: GuardMode;
  /** ISO 8601, UTC; null: not yet, or nobody asks. */
  readonly checkedAt: string | null;
  /** Since when it has been in this state. */
  readonly since: string;
  /** Why it is not proven, and what helps. */
  readonly reason?: string;
}

export interface GuardProofsOptions {
  /** Called when Envoys should have something else, with the policy that is in force. */
  readonly onChange: () => void;
  readonly probe?: Probe;
}

interface Watched {
  readonly service: Service;
  readonly key: string;
  state: 'proven' | 'unproven' | 'failed';
  mode?: GuardMode | undefined;
  reason?: string | undefined;
  continuing: ContinuingProof;
  checkedAtMs?: number;
  sinceMs: number;
  timer?: NodeJS.Timeout;
  ended: boolean;
}

type Listener = (status: GuardStatus) => void;

/** By then it may have been started as it should be; if not, the next of its users shows it again. */
const REMEMBERED_MS = 120_000;
const NOT_ASKED = 'has not been asked yet';

/**
 * Who has proven its guard. Services are asked at once when a mirror begins to need it, and then again and again; between a
 * proof that fails and the change for Envoys is nothing but this process. What has not been proven is held for unguarded.
 */
export class GuardProofs {
  readonly #options: Required<GuardProofsOptions>;
  readonly #watched = new Map<string, Watched>();
  readonly #listeners = new Set<Listener>();
  readonly #startedMs = Date.now();
  /** The same policy for the same proofs, so that nothing is rendered twice. */
  readonly #allowed = new WeakMap<Policy, { readonly proofs: string; readonly policy: Policy }>();
  /** By service: when it last took a user's request for a copy. */
  readonly #tookUsers = new Map<string, number>();
  #policy: Policy | undefined;
  #toldOfTrust: ReadonlySet<string> = new Set();

  constructor(options: GuardProofsOptions) {
    this.#options = { probe: probeService, ...options };
  }

  /**
   * The policy that is in force from now on.
   *
   * @param reachable the same policy with what only this process knows of its services, such as certificates
   */
  follow(policy: Policy, reachable: Policy = policy): void {
    this.#policy = policy;
    const services = servicesToProve(policy);
    const keys = new Map(services.map((service) => [service.name, keyOf(service)]));
    for (const [name, watched] of this.#watched) {
      if (keys.get(name) === watched.key) continue;
      end(watched);
      this.#watched.delete(name);
    }
    for (const service of services) {
      if (this.#watched.has(service.name)) continue;
      const watched: Watched = {
        service: reachable.services.find(({ name }) => name === service.name) ?? service,
        key: keys.get(service.name)!,
        state: 'unproven',
        reason: NOT_ASKED,
        continuing: NOTHING_SHOWN,
        sinceMs: Date.now(),
        ended: false,
      };
      this.#watched.set(service.name, watched);
      void this.#check(watched);
    }
    this.#tellOfTrust();
  }

  /** What Envoys may have of a policy, by the proofs there are now. */
  allowed(policy: Policy): Policy {
    const isProven = (name: string): boolean => {
      const watched = this.#watched.get(name);
      const service = policy.services.find((one) => one.name === name);
      return watched?.state === 'proven' && service !== undefined && keyOf(service) === watched.key;
    };
    const proofs = servicesToProve(policy)
      .flatMap(({ name }) => (isProven(name) ? [name] : []))
      .join();
    const known = this.#allowed.get(policy);
    if (known?.proofs === proofs) return known.policy;
    const allowed = withoutUnproven(policy, isProven);
    this.#allowed.set(policy, { proofs, policy: allowed });
    return allowed;
  }

  /** Takes what an answer to a copy says. It cannot prove a guard, but it can show that one is not there. */
  see(sign: GuardSign): void {
    const mirror = this.#policy?.mirrors.find(({ name }) => name === sign.mirror);
    if (sign.ofUser) {
      if (mirror) this.#tookUsers.set(mirror.shadow, steadyMs());
      return;
    }
    const watched = mirror && this.#watched.get(serviceOf(mirror, sign) ?? '');
    // What is on its way when the proof ends was sent before that.
    if (watched?.state !== 'proven') return;
    const { continuing } = watched;
    watched.continuing = after(continuing, sign, steadyMs());
    const { doubts, doubt } = watched.continuing;
    if (doubt && doubts > continuing.doubts) this.#take(watched, { outcome: 'refuted', reason: doubt.reason });
  }

  /** By its own answers to users, or by the last probe, everything is shadow work to this service. */
  takesUsersForCopies(service: string): boolean {
    const sinceMs = steadyMs() - (this.#tookUsers.get(service) ?? Number.NEGATIVE_INFINITY);
    return sinceMs < REMEMBERED_MS || this.list().some((one) => one.service === service && one.mode === 'always');
  }

  list(): GuardStatus[] {
    return (this.#policy ? receiversOf(this.#policy) : []).map(({ service, role, need, mirrors }) => {
      const common = { service, role, mirrors };
      const watched = this.#watched.get(service);
      if (need !== 'proof' || !watched) {
        const state = need === 'trusted' ? 'trusted' : 'not-needed';
        return { ...common, state, checkedAt: null, since: iso(this.#startedMs) };
      }
      const { state, mode, reason, checkedAtMs, sinceMs } = watched;
      return {
        ...common,
        state,
        ...(mode && { mode }),
        checkedAt: checkedAtMs === undefined ? null : iso(checkedAtMs),
        since: iso(sinceMs),
        ...(reason !== undefined && { reason }),
      };
    });
  }

  /**
   * Calls back when the state of a service changes, once for each of its roles, and when copies begin to go to one that
   * nobody asks; returns what ends it.
   */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const watched of this.#watched.values()) end(watched);
    this.#watched.clear();
    this.#listeners.clear();
  }

  #tellOfTrust(): void {
    const trusted = this.list().filter(({ state }) => state === 'trusted');
    const told = new Set(trusted.map((status) => JSON.stringify([status.service, status.role, status.mirrors])));
    for (const status of trusted) {
      if (this.#toldOfTrust.has(JSON.stringify([status.service, status.role, status.mirrors]))) continue;
      for (const listener of this.#listeners) listener(status);
    }
    this.#toldOfTrust = told;
  }

  async #check(watched: Watched): Promise<void> {
    const startedMs = performance.now();
    const result = await this.#options.probe(watched.service);
    if (watched.ended) return;
    const { intervalMs } = watched.service.guardProbe;
    watched.timer = setTimeout(
      () => void this.#check(watched),
      Math.max(0, intervalMs - (performance.now() - startedMs)),
    );
    watched.timer.unref();
    const { doubt } = watched.continuing;
    const isDoubted = result.outcome === 'proven' && doubt !== undefined && steadyMs() < doubt.untilMs;
    this.#take(watched, isDoubted ? { outcome: 'refuted', reason: doubt.reason } : result);
  }

  #take(watched: Watched, result: ProbeResult): void {
    const { state, reason } = watched;
    watched.checkedAtMs = Date.now();
    watched.state = stateAfter(state, result);
    watched.mode = result.outcome === 'proven' ? result.mode : undefined;
    watched.reason = result.outcome === 'proven' ? undefined : reasonOf(watched.service.name, result);
    if (watched.state === state && (reason !== NOT_ASKED || state === 'proven')) return;
    if (watched.state !== state) watched.sinceMs = watched.checkedAtMs;
    if ((watched.state === 'proven') !== (state === 'proven')) this.#options.onChange();
    for (const status of this.list()) {
      if (status.service !== watched.service.name || status.state !== watched.state) continue;
      for (const listener of this.#listeners) listener(status);
    }
  }
}

/** What was proven and cannot be reached any more has lost its proof; what was never reached never had one. */
function stateAfter(before: Watched['state'], { outcome }: ProbeResult): Watched['state'] {
  if (outcome === 'proven') return 'proven';
  return outcome === 'refuted' || before === 'proven' ? 'failed' : before;
}

function reasonOf(service: string, result: Exclude<ProbeResult, { outcome: 'proven' }>): string {
  if (result.outcome === 'refuted') return result.reason;
  return `${result.reason}. Where Envoy reaches ${service} and this process does not, services.${service}.guardProbe.address names an address that it does reach`;
}

function serviceOf({ primary, shadow, control }: Mirror, { side }: GuardSign): string | undefined {
  return { primary, candidate: shadow, control }[side];
}

/** A proof holds for what was asked, in the way that it was asked. */
function keyOf({ addresses, protocol, tls, guardProbe }: Service): string {
  return JSON.stringify([addresses, protocol, tls, guardProbe]);
}

function end(watched: Watched): void {
  watched.ended = true;
  clearTimeout(watched.timer);
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
