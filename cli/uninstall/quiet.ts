import type { EnvoyItem } from '../view/envoy-item.ts';

/**
 * Watches, from one look at the Envoys to the next, until each has the revision in use and has told twice, by its own
 * statistics, that nothing was copied in between and nothing is under way. Of one that sends none only the former is seen.
 */
export class QuietWatch {
  readonly #revision: number;
  readonly #reports = new Map<string, NonNullable<EnvoyItem['copies']>>();
  readonly #quiet = new Set<string>();

  constructor(revision: number) {
    this.#revision = revision;
  }

  /** What is still open, in words; empty: done. */
  look(envoys: readonly EnvoyItem[]): string[] {
    return envoys.flatMap((envoy) => this.#open(envoy) ?? []);
  }

  #open({ node, copies, revision, behindSince }: EnvoyItem): string | undefined {
    if (revision !== this.#revision || behindSince)
      return `${node} does not have revision ${this.#revision} in use yet`;
    if (!copies || this.#quiet.has(node)) return undefined;
    const before = this.#reports.get(node);
    if (before?.at === copies.at) return `${node} has not yet said that it copies nothing more`;
    this.#reports.set(node, copies);
    if (copies.active > 0)
      return `${node} still has ${copies.active} ${copies.active === 1 ? 'copy' : 'copies'} under way`;
    if (before?.sent !== copies.sent) return `${node} has not yet said that it copies nothing more`;
    this.#quiet.add(node);
    return undefined;
  }
}
