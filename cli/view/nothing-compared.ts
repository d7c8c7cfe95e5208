import type { HealthReport, VerdictReport } from '../../compare/report/index.ts';
import { count } from '../output/numbers.ts';

/** What is asked of the control plane where nothing has been compared. */
export interface WhyNothing {
  readonly health: HealthReport;
  readonly mirror: { readonly match: { readonly path: string }; readonly shadow: string; readonly paused: boolean };
  /** Of the shadow, as the policy has them. */
  readonly addresses: readonly string[];
}

/** Why no pair has been compared yet and what helps, from what Envoys count; nothing when that is unknown. */
export function whyNothing({ lost }: VerdictReport, { health, mirror, addresses }: WhyNothing): string[] {
  const sum = (of: 'sent' | 'connectFailures' | 'overflow') =>
    health.envoys.reduce((total, { candidate }) => total + candidate[of], 0);
  const sent = sum('sent');
  const failed = sum('connectFailures');
  const where = addresses.length > 0 ? ` at ${addresses.join(', ')}` : '';
  const shadow = mirror.shadow;
  if (mirror.paused) return ['The mirror is paused: shadowplane mirror resume.'];
  if (sent === 0 && failed > 0) {
    return [
      `No connection to ${shadow}${where}: ${count(failed)} tries have failed. Does it run, and listen there for Envoy?`,
    ];
  }
  if (health.envoys.length > 0 && sent + failed + sum('overflow') === 0) {
    return [
      `No copy has been sent yet. Are there requests below ${mirror.match.path} at Envoy, with a method that is mirrored, and a share above 0%?`,
      ...health.notes,
    ];
  }
  if (sent > 0 && (lost.no_answer ?? 0) > 0) {
    return [
      `${shadow}${where} has answered none of ${count(sent)} copies with HTTP that Envoy could read. Is it the right port, and do protocol (http1, http2) and tls of the service fit?`,
    ];
  }
  return [...health.notes];
}
