import type { EnvoyJson } from '../policy/model.ts';
import { typed } from './envoy-json.ts';

/**
 * HTTP/1 options for both sides of the proxy: header names keep the case they came in (Envoy would lower it) and
 * trailers are passed on (Envoy would drop them).
 */
export const FAITHFUL_HTTP1: EnvoyJson = {
  header_key_format: {
    stateful_formatter: {
      name: 'envoy.http.stateful_header_formatters.preserve_case',
      typed_config: typed('envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig'),
    },
  },
  enable_trailers: true,
};
