import { describe, expect, it } from 'vitest';
import { SubscribedNames } from './names.ts';
import { CLUSTER, ROUTE, resourceType } from './resource-types.ts';

const names = (typeUrl: string) => new SubscribedNames(resourceType(typeUrl)!);

describe('state of the world', () => {
  it('an empty first request subscribes to all clusters, but to no routes', () => {
    const [clusters, routes] = [names(CLUSTER), names(ROUTE)];
    clusters.replace([]);
    routes.replace([]);
    expect(clusters.covers('any')).toBe(true);
    expect(routes.covers('any')).toBe(false);
  });

  it('[] -> [*, a] -> [a] -> [] ends subscribed to nothing', () => {
    const subscribed = names(CLUSTER);
    const covers = (listed: string[]) => {
      subscribed.replace(listed);
      return [subscribed.covers('a'), subscribed.covers('b')];
    };
    expect(covers([])).toEqual([true, true]);
    expect(covers(['*', 'a'])).toEqual([true, true]);
    expect(covers(['a'])).toEqual([true, false]);
    expect(covers([])).toEqual([false, false]);
  });

  it('an empty list stays a wildcard as long as nothing was named', () => {
    const subscribed = names(CLUSTER);
    subscribed.replace([]);
    subscribed.replace([]);
    expect(subscribed.wildcard).toBe(true);
  });
});

describe('delta', () => {
  it('empty -> +a -> -* -> -a ends subscribed to nothing', () => {
    const subscribed = names(CLUSTER);
    const covers = (add: string[], drop: string[]) => {
      subscribed.update(add, drop);
      return [subscribed.covers('a'), subscribed.covers('b')];
    };
    expect(covers([], [])).toEqual([true, true]);
    expect(covers(['a'], [])).toEqual([true, true]);
    expect(covers([], ['*'])).toEqual([true, false]);
    expect(covers([], ['a'])).toEqual([false, false]);
    expect(covers([], [])).toEqual([false, false]);
  });

  it('a first request with names is no wildcard, and an empty one for routes neither', () => {
    const [clusters, routes] = [names(CLUSTER), names(ROUTE)];
    clusters.update(['a'], []);
    routes.update([], []);
    expect([clusters.wildcard, routes.wildcard]).toEqual([false, false]);
  });

  it('tells which names the wildcard alone holds from now on', () => {
    const subscribed = names(CLUSTER);
    subscribed.update(['*', 'a', 'b'], []);
    expect(subscribed.update([], ['a', 'unknown'])).toEqual(['a']);
    expect(subscribed.update([], ['*', 'b'])).toEqual([]);
  });
});
