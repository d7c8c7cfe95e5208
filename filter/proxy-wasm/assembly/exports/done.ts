import { contextDone, enter, leave } from '../contexts/dispatcher';

/** Layer 3: only for modules that override `onDone`. Without it the host goes straight on to the deletion. */
export function proxy_on_done(contextId: u32): bool {
  enter();
  const done = contextDone(contextId);
  leave();
  return done;
}
