/** How many answers to users have arrived, by mirror: what nobody can name the mirror of is shared out as these are. */
export class Arrivals {
  readonly #arrived = new Map<string, number>();

  see(mirror: string): void {
    this.#arrived.set(mirror, (this.#arrived.get(mirror) ?? 0) + 1);
  }

  /** Forgets all other mirrors. */
  keep(mirrors: { has(mirror: string): boolean }): void {
    for (const mirror of this.#arrived.keys()) if (!mirrors.has(mirror)) this.#arrived.delete(mirror);
  }

  inProportion(count: number): Array<readonly [string, number]> {
    return inProportion(count, this.#arrived);
  }
}

/** Parts of a whole number that add up to it; what does not divide goes to the largest. */
function inProportion(count: number, weights: ReadonlyMap<string, number>): Array<readonly [string, number]> {
  const sorted = [...weights].sort(([, one], [, other]) => other - one);
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0);
  const parts = sorted.map(([name, weight]) => [name, Math.floor((count * weight) / total)] as [string, number]);
  if (parts[0]) parts[0][1] += count - parts.reduce((sum, [, part]) => sum + part, 0);
  return parts.filter(([, part]) => part > 0);
}
