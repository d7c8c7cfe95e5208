/**
 * The token that this page sends, where the control plane asks for one: in a header, so that no other page can make the browser
 * send it, and in the memory of this tab, which is gone when the tab is closed.
 */
import { signal } from '@preact/signals';

const KEY = 'shadowplane-token';

/** Whether the API asks for a token, or for another one. */
export const isTokenNeeded = signal(false);

export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(KEY);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** The API did not know who asks. */
export function tellUnauthenticated(): void {
  sessionStorage.removeItem(KEY);
  isTokenNeeded.value = true;
}

/** Keeps the token if the API knows it. @returns whether it does */
export async function tryToken(token: string): Promise<boolean> {
  // What cannot stand in a header cannot be a token.
  if (!/^[\x21-\x7e]+$/.test(token)) return false;
  const { status } = await fetch('/api/v1/mirrors', { headers: { authorization: `Bearer ${token}` } });
  if (status === 401) return false;
  sessionStorage.setItem(KEY, token);
  return true;
}
