/** What Envoys count of a mirror's requests, by decision: those that are copied, and those like them that the share left out. */
import { grownSince, type Histogram, type StatsReport } from '../stats/index.ts';
import { addHistograms, EMPTY } from './histograms.ts';
import { type Arm, LEAST_REQUESTS } from './worse.ts';

interface Counts {
  requests: number;
  errors: number;
  latency: Histogram;
}

interface Slot {
  readonly startMs: number;
  readonly copied: Counts;
  readonly leftOut: Counts;
}

/** What is judged: the arms, and whether the others are of the same time. */
export interface Arms {
  readonly decision: string;
  readonly copied: Arm;
  readonly others: Arm;
  /** `earlier`: all are copied now, so those that were not before stand in for them. */
  readonly from: 'now' | 'earlier' | null;
}

const SLOT_MS = 10_000;
/** What is judged at once. */
const WINDOW_MS = 60_000;
/** Older requests are no measure of today's. */
const KEPT_MS = 30 * 60_000;

const ROUTE =
  /^vhost\.[^.]+\.route\.(?<decision>[^./]+\/(?:sample|segment\/[^./]+))(?<left>\/left-out)?\.upstream_rq_(?<stat>completed|5xx|time)$/;

export class ArmBooks {
  /** By decision, oldest slot first. */
  readonly #slots = new Map<string, Slot[]>();
  /** Absolute counters of the report before, by node. */
  readonly #last = new Map<string, ReadonlyMap<string, number>>();

  wants(name: string): boolean {
    return ROUTE.test(name);
  }

  report({ node, atMs, values, histograms = new Map() }: StatsReport): void {
    const before = this.#last.get(node);
    this.#last.set(node, values);
    // Of an Envoy that was there before us, what it had counted is not of now.
    for (const [name, grown] of grownSince(before ?? values, values)) {
      this.#add(name, atMs, (counts, stat) => {
        if (stat === 'completed') counts.requests += grown;
        else if (stat === '5xx') counts.errors += grown;
      });
    }
    for (const [name, histogram] of histograms) {
      if (histogram.count === 0) continue;
      this.#add(name, atMs, (counts) => {
        counts.latency = addHistograms(counts.latency, histogram);
      });
    }
  }

  gone(node: string): void {
    this.#last.delete(node);
  }

  /** What is known of other mirrors is dropped. */
  keep(mirrors: ReadonlySet<string>): void {
    for (const decision of this.#slots.keys()) {
      if (!mirrors.has(decision.slice(0, decision.indexOf('/')))) this.#slots.delete(decision);
    }
  }

  /** All decisions of a mirror of which anything is known. */
  of(mirror: string, nowMs: number): Arms[] {
    return [...this.#slots]
      .filter(([decision]) => decision.startsWith(`${mirror}/`))
      .map(([decision, slots]) => armsOf(decision, slots, nowMs));
  }

  /** What was copied until now is no news any more. */
  forgetCopied(mirror: string): void {
    for (const [decision, slots] of this.#slots) {
      if (!decision.startsWith(`${mirror}/`)) continue;
      this.#slots.set(
        decision,
        slots.map((slot) => ({ ...slot, copied: newCounts() })),
      );
    }
  }

  #add(name: string, atMs: number, add: (counts: Counts, stat: string) => void): void {
    const found = ROUTE.exec(name)?.groups;
    if (!found) return;
    const slots = this.#slots.get(found.decision!) ?? [];
    this.#slots.set(found.decision!, slots);
    const startMs = atMs - (atMs % SLOT_MS);
    let slot = slots.at(-1);
    if (slot?.startMs !== startMs) {
      slot = { startMs, copied: newCounts(), leftOut: newCounts() };
      slots.push(slot);
      while (slots[0]!.startMs < atMs - KEPT_MS) slots.shift();
    }
    add(found.left === undefined ? slot.copied : slot.leftOut, found.stat!);
  }
}

function armsOf(decision: string, slots: readonly Slot[], nowMs: number): Arms {
  const recent = slots.filter(({ startMs }) => startMs > nowMs - WINDOW_MS);
  const copied = sum(recent.map((slot) => slot.copied));
  const others = sum(recent.map((slot) => slot.leftOut));
  if (others.requests >= LEAST_REQUESTS) return { decision, copied, others, from: 'now' };
  const earlier: Counts[] = [];
  let requests = 0;
  for (const { leftOut } of slots.toReversed()) {
    earlier.push(leftOut);
    requests += leftOut.requests;
    if (requests >= LEAST_REQUESTS) return { decision, copied, others: sum(earlier), from: 'earlier' };
  }
  return { decision, copied, others, from: null };
}

function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (one, other) => ({
      requests: one.requests + other.requests,
      errors: one.errors + other.errors,
      latency: addHistograms(one.latency, other.latency),
    }),
    newCounts(),
  );
}

function newCounts(): Counts {
  return { requests: 0, errors: 0, latency: EMPTY };
}
