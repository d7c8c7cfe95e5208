/** Why a copy was not compared, in words. The causes are those of compare/join. */
const CAUSES: Readonly<Record<string, readonly [name: string, meaning: string]>> = {
  not_sent: ['not sent', 'Envoy made no copy: its circuit breaker was open, or it answered itself.'],
  no_answer: ['no answer', 'The candidate reset the stream or ran into the timeout.'],
  cut: ['cut', 'The limit of bytes or of time ended the copy.'],
  expired: ['expired', 'The other half did not arrive within 30 s.'],
  over_capacity: ['over capacity', 'The comparison had no room; raise its limits or lower a share.'],
  batch_lost: ['batch lost', 'Captured answers were lost on the way from Envoy.'],
  truncated: ['truncated', 'An answer is longer than what is captured of it.'],
  not_comparable: ['not comparable', 'An answer cannot be read, such as gzip that breaks off.'],
};

export function causeName(cause: string): string {
  return CAUSES[cause]?.[0] ?? cause.replaceAll('_', ' ');
}

export function causeMeaning(cause: string): string {
  return CAUSES[cause]?.[1] ?? '';
}
