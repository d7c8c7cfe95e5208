import type { Logger } from 'pino';
import { ShadowplaneError } from '../errors/index.ts';
import {
  formatProblem,
  type Policy,
  type PolicyFileWatcher,
  type PolicyStore,
  parsePolicyFile,
  readPolicyText,
  watchPolicyFile,
} from './policy/index.ts';

export interface PolicyFileSourceOptions {
  readonly file: string;
  readonly store: PolicyStore;
  /** As the store checks, so that what is wrong is reported with line and column. */
  readonly check: (policy: Policy) => void;
  readonly logger: Logger;
}

/**
 * Takes the policy file over, now and whenever it is saved. A file that is wrong at the start is an error; one that
 * becomes wrong later is reported and the policy stays as it is.
 *
 * @throws ShadowplaneError POLICY_FILE_UNREADABLE, POLICY_INVALID, STORE_FAILED
 */
export async function followPolicyFile(options: PolicyFileSourceOptions): Promise<PolicyFileWatcher> {
  const { file, logger } = options;
  const known = await readPolicyText(file);
  await apply(known, options).catch((error: unknown) => goOnWithoutStore(error, options));
  let wrong = false;
  return watchPolicyFile(file, {
    known,
    onText: async (text) => {
      const applied = await apply(text, options);
      if (wrong && !applied) logger.info('the policy file is right again; it says what it said before');
      wrong = false;
    },
    onError: (error) => {
      wrong = true;
      report(error, file, logger);
    },
  });
}

/** Answers whether the file has changed the policy. */
async function apply(text: string, { file, store, check, logger }: PolicyFileSourceOptions): Promise<boolean> {
  const { document, warnings } = parsePolicyFile(text, file, { check });
  for (const warning of warnings) logger.warn(formatProblem(warning, file));
  const before = store.current.revision;
  const { revision, changed } = await store.applyFile(document);
  if (revision === before) return false;
  logger.info({ revision, changed }, 'policy file applied');
  return true;
}

/**
 * Envoys are better served what they had before than nothing.
 *
 * @throws ShadowplaneError what is not the fault of the store, or where there is nothing to serve
 */
function goOnWithoutStore(error: unknown, { store, logger }: PolicyFileSourceOptions): void {
  const isStoreFault = error instanceof ShadowplaneError && ['STORE_FULL', 'STORE_FAILED'].includes(error.code);
  const { revision } = store.current;
  if (!isStoreFault || revision === 0) throw error;
  logger.error({ err: error, revision }, 'the policy file could not be stored; save it again once the store is well');
}

function report(error: unknown, file: string, logger: Logger): void {
  if (!(error instanceof ShadowplaneError)) {
    logger.error({ err: error }, 'the policy file could not be applied');
    return;
  }
  const lines = error.problems.map((problem) => formatProblem(problem, file));
  for (const line of lines.length > 0 ? lines : [error.message]) logger.error(line);
  logger.error('the policy file was not applied; the policy stays as it is');
}
