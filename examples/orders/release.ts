import { VERSIONS, type VersionName } from './core/versions.ts';

/** Which build of the service answers, and what is wrong with it at the moment. Both can change while it runs. */
export interface Release {
  readonly version: VersionName;
  readonly fault: Fault | undefined;
}

/** What a build that was good may turn into: what it answers with grows bad, its version stays. */
export interface Fault {
  readonly kind: FaultKind;
  /** Of the API's requests, from above 0 to 1. */
  readonly share: number;
}

export type FaultKind = keyof typeof FAULT_SHARES;

/** Shares that are struck unless told otherwise. */
export const FAULT_SHARES = {
  /** Answered 500. */
  errors: 0.05,
  /** Every total is a euro too high. */
  totals: 1,
  /** Answered a quarter of a second later. */
  slow: 0.1,
} as const;

export const SLOW_MS = 250;

export const isFault = (text: string): text is FaultKind => Object.hasOwn(FAULT_SHARES, text);
export const isVersion = (text: string): text is VersionName => Object.hasOwn(VERSIONS, text);

/** Holds the release, and says which requests its fault strikes: evenly, so that a share of 5% is every twentieth. */
export class ReleaseHolder {
  #release: Release;
  #struck = 0;

  constructor(version: VersionName) {
    this.#release = { version, fault: undefined };
  }

  get current(): Release {
    return this.#release;
  }

  /** Another build: it begins without a fault. */
  deploy(version: VersionName): void {
    this.#release = { version, fault: undefined };
  }

  break(fault: Fault | undefined): void {
    this.#release = { ...this.#release, fault };
    this.#struck = 0;
  }

  /** Asked once for each request of the API. */
  nextFault(): FaultKind | undefined {
    const { fault } = this.#release;
    if (!fault) return undefined;
    this.#struck += fault.share;
    if (this.#struck < 1) return undefined;
    this.#struck -= 1;
    return fault.kind;
  }
}
