/**
 * The first round of the next Envoy, where `rounds` are spread over `envoys`; beyond the last there is none. A new process has
 * its memory laid out anew, which alone moves figures by some percent: rounds average over it.
 */
export function nextEnvoy(
  round: number,
  { rounds, envoys }: { readonly rounds: number; readonly envoys: number },
): number {
  return Math.min(round + Math.ceil(rounds / envoys), rounds + 1);
}
