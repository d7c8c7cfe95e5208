const FNV_OFFSET: u64 = 0xcbf29ce484222325;
const FNV_PRIME: u64 = 0x100000001b3;

/** FNV-1a over the bytes, then the finalizer of MurmurHash3, so that every bit of the result depends on every byte. */
export function hashBytes(address: usize, length: i32, seed: u64): u64 {
  let hash = FNV_OFFSET ^ seed;
  for (let i = 0; i < length; i++) {
    hash = (hash ^ load<u8>(address + i)) * FNV_PRIME;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}
