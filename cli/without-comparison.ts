import { ShadowplaneError } from '../errors/index.ts';

/** A control plane that compares nothing has no such address at all; what that means is more than it can say. */
export function withoutComparison(error: unknown): never {
  if (
    error instanceof ShadowplaneError &&
    error.code === 'NOT_FOUND' &&
    error.message.startsWith('There is nothing at')
  )
    throw new ShadowplaneError(
      'NOT_FOUND',
      'This control plane compares no answers: it was started with --no-compare, or without --capture-listen for Envoys elsewhere',
      { cause: error },
    );
  throw error;
}
