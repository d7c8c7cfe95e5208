/** Sends one kind of traffic to the arms of a row, in short turns and random order, so that what drifts hits all of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Traffic } from './traffic.ts';

export interface Arm {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  /** Less than the others send, where each request may wait for its time to run out. */
  readonly atMost?: number;
}

export interface Outcome {
  readonly latenciesMs: number[];
  failed: number;
  /** The first few, in words. */
  readonly failures: string[];
}

const ROUNDS = 8;
const TOLD_FAILURES = 3;

/** @param requests for each arm, in all rounds together. */
export async function measure(
  traffic: Traffic,
  arms: readonly Arm[],
  requests: number,
  random: () => number = Math.random,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map(arms.map(({ name }) => [name, { latenciesMs: [], failed: 0, failures: [] } as Outcome]));
  const rounds = Math.min(ROUNDS, requests);
  for (let round = 0; round < rounds; round += 1) {
    for (const arm of shuffled(arms, random)) {
      const ofArm = Math.min(requests, arm.atMost ?? requests);
      const turn = Math.ceil((ofArm * (round + 1)) / rounds) - Math.ceil((ofArm * round) / rounds);
      await takeTurn(traffic, arm, turn, outcomes.get(arm.name)!);
    }
  }
  return outcomes;
}

async function takeTurn(traffic: Traffic, { port, path }: Arm, requests: number, outcome: Outcome): Promise<void> {
  const clients = Math.min(traffic.clients, requests);
  const startedMs = performance.now();
  let next = 0;
  const work = async () => {
    let client: Client = await traffic.open(port);
    while (next < requests) {
      const number = next++;
      if (traffic.perSecond !== undefined) {
        const aheadMs = startedMs + (number * 1_000) / traffic.perSecond - performance.now();
        if (aheadMs > 0) await sleep(aheadMs);
      }
      const sentMs = performance.now();
      try {
        await client.send(path);
        outcome.latenciesMs.push(performance.now() - sentMs);
      } catch (error) {
        outcome.failed += 1;
        if (outcome.failures.length < TOLD_FAILURES) {
          outcome.failures.push(error instanceof Error ? error.message : String(error));
        }
        client.close();
        client = await traffic.open(port);
      }
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, work));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}
