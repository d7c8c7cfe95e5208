/** Which answers to a probe prove a guard: docs/guard-proof.md describes them for services in any language. */

/** With the probe's own marker. */
export const PROBE_HEADERS = { 'x-shadow': 'true', accept: 'application/json' } as const;

export interface ProbeAnswer {
  readonly status: number;
  /** Value of `x-shadow-guard`. */
  readonly proofHeader?: string | undefined;
  readonly body: string;
}

export type Judgement =
  | { readonly proven: true; readonly mode: GuardMode }
  | { readonly proven: false; readonly reason: string };

/** `always`: the whole process is a shadow. `marked`: requests that carry the marker are shadow work. */
export type GuardMode = 'always' | 'marked';

/** A guard speaks for itself in the body; the header says the same where only a header can be added. */
export function judgeAnswer({ status, proofHeader, body }: ProbeAnswer): Judgement {
  const said = status === 200 ? readProof(body) : undefined;
  if (said) return judgeProof(said);
  if (isMode(proofHeader)) return { proven: true, mode: proofHeader };
  if (status === 200) return unproven('answers the probe, but not with a guard');
  return unproven(`has no guard: it answers the probe with status ${status}`);
}

interface Proof {
  readonly guard: string;
  readonly mode: unknown;
  readonly guarded: unknown;
}

function readProof(body: string): Proof | undefined {
  try {
    const read: unknown = JSON.parse(body);
    if (typeof read !== 'object' || read === null) return undefined;
    const { guard, mode, guarded } = read as Record<string, unknown>;
    return typeof guard === 'string' && guard !== '' ? { guard, mode, guarded } : undefined;
  } catch {
    return undefined;
  }
}

function judgeProof({ mode, guarded }: Proof): Judgement {
  if (guarded === true && isMode(mode)) return { proven: true, mode };
  if (mode === 'off') {
    return unproven('has its guard off: it needs SHADOW_MODE=true, or the proxies that it trusts (trustedProxies)');
  }
  if (mode === 'marked') {
    return unproven(
      'does not trust where the probe comes from: add the address of the control plane to trustedProxies',
    );
  }
  return unproven('says that its guard does not act');
}

function isMode(mode: unknown): mode is GuardMode {
  return mode === 'always' || mode === 'marked';
}

function unproven(reason: string): Judgement {
  return { proven: false, reason };
}
