/** What whoever uses this page may do, as every answer says that was asked for with a token. */
import { signal } from '@preact/signals';

/** Whether changes are taken; without tokens everybody's are. What may not be used is not offered. */
export const mayChange = signal(true);

/** @param role null: the answer says none, because nobody has to prove anything */
export function noteRole(role: string | null): void {
  if (role !== null) mayChange.value = role !== 'read';
}
