/** What is left of a mirror when its candidate has become the primary, as a change of the document. Pure. */
import type { Policy, PolicyDocument } from '../policy/index.ts';
import type { Run } from './run.ts';

/**
 * Both services change places and nothing is copied: the old version stays where it can be mirrored to again. The control
 * was one of the old version, and the plan has been carried out. A mirror that is about other services is left as it is.
 */
export function finished(document: PolicyDocument, mirror: string, { primary, shadow }: Run): PolicyDocument {
  const written = document.mirrors?.[mirror];
  if (written?.primary !== primary || written.shadow !== shadow) return document;
  const { control: _control, rollout: _rollout, ...kept } = written;
  const changed = { ...kept, primary: shadow, shadow: primary, paused: true };
  return { ...document, mirrors: { ...document.mirrors, [mirror]: changed } };
}

/** For people who keep the document in a file, which does not change by itself. */
export function whatToWrite(policy: Pick<Policy, 'default'>, mirror: string, { primary, shadow }: Run): string[] {
  const inFile = `where the configuration is kept in a file, write the same there: mirrors.${mirror} with primary: ${shadow}, shadow: ${primary}, paused: true, and without control and rollout`;
  if (policy.default !== primary) return [inFile];
  return [inFile, `default: is ${primary} still, so requests outside of all mirrors go there; write ${shadow}`];
}
