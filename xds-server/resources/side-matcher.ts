import type { EnvoyJson, Mirror } from '../policy/model.ts';
import { typed } from './envoy-json.ts';
import { EXCHANGE_ID_STATE, USER_STATE, usersKey } from './names.ts';

/**
 * Which of two lists of routes takes the requests of a decision: the candidate's takes the share of users that the runtime
 * holds. Envoy hashes what it finds in filter state and compares with the share, so the same user is always on the same
 * side, in every worker and every Envoy, and who is on the candidate's at 5% is so at 20%. Where users are not told apart,
 * and for one without a key, it is the id of the exchange, which is random.
 *
 * (Weighted clusters know sticky users, too, but have one mirror policy for all of their clusters: each side is copied to
 * the other.)
 */
export function bySide(
  mirror: Mirror,
  decision: string,
  routes: { candidate: EnvoyJson; primary: EnvoyJson },
): EnvoyJson {
  const share = {
    default_value: { numerator: 0, denominator: 'MILLION' },
    runtime_key: usersKey(decision, mirror.shadow),
  };
  const inShare = (state: string): EnvoyJson => ({
    single_predicate: {
      input: filterState(state),
      custom_match: {
        name: 'share',
        typed_config: typed('envoy.extensions.matching.input_matchers.runtime_fraction.v3.RuntimeFraction', {
          runtime_fraction: share,
        }),
      },
    },
  });
  const keyless = { not_matcher: { single_predicate: { input: filterState(USER_STATE), value_match: ANYTHING } } };
  const predicate = mirror.sticky
    ? or(inShare(USER_STATE), { and_matcher: { predicate: [keyless, inShare(EXCHANGE_ID_STATE)] } })
    : inShare(EXCHANGE_ID_STATE);
  return {
    matcher: {
      matcher_list: { matchers: [{ predicate, on_match: routes.candidate }] },
      on_no_match: routes.primary,
    },
  };
}

/** What filter state holds under this key; nothing where there is none, which no predicate matches. */
export function filterState(key: string): EnvoyJson {
  return {
    name: key === EXCHANGE_ID_STATE ? 'exchange-id' : 'user',
    typed_config: typed('envoy.extensions.matching.common_inputs.network.v3.FilterStateInput', { key }),
  };
}

const ANYTHING: EnvoyJson = { safe_regex: { google_re2: {}, regex: '.+' } };

function or(...predicate: readonly EnvoyJson[]): EnvoyJson {
  return { or_matcher: { predicate } };
}
