import { random_get } from './imports';

/** Fills the memory with cryptographically strong bytes; false when the host has none. */
export function fillRandom(address: usize, size: usize): bool {
  return random_get(address, size) == 0;
}
