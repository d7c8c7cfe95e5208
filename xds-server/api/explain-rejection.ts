import type { PolicyDocument } from '../policy/index.ts';

/**
 * Envoy's own words and, where they name no key of the document, what they mean: of a filter configuration that the
 * filter refuses Envoy reports no more than that; its log has the filter's reason.
 */
export function explainRejection(message: string, { segments = {} }: PolicyDocument): string {
  if (!message.includes('Unable to create Wasm plugin')) return message;
  const suspects = Object.entries(segments).flatMap(([name, condition]) =>
    JSON.stringify(condition).includes('"cel":') ? [`segments.${name}`] : [],
  );
  const cause =
    suspects.length === 0 ? '' : `, most likely a CEL function or type that it does not know in ${suspects.join(', ')}`;
  return `${message}: the filter cannot use its configuration${cause}; Envoy's log says why`;
}

/** Envoys print whole resources now and then; a revision keeps the beginning. */
const MAX_NOTE_LENGTH = 500;

/** What a revision that takes another one back says about why. */
export function refusedNote(node: string, revision: number, explained: string): string {
  const note = `${node} refused revision ${revision}: ${explained}`;
  return note.length > MAX_NOTE_LENGTH ? `${note.slice(0, MAX_NOTE_LENGTH)}\u2026` : note;
}
