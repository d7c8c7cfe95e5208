/** Certificates of a listener, kept in files: read, checked to fit together, and read again when they change. */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ShadowplaneError } from '../errors/index.ts';

/** PEM files of a listener. */
export interface ServerTlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Authorities of client certificates; absent: clients are asked for none. */
  readonly clientAuthorityFile?: string;
}

/** PEM files of a listener that hears only clients with a certificate. */
export interface TlsFiles extends ServerTlsFiles {
  readonly clientAuthorityFile: string;
}

/** How often files are looked at. */
const CHECK_MS = 5_000;

/** @throws ShadowplaneError USAGE naming the file, or that they do not fit together. */
export async function readTlsFiles(files: ServerTlsFiles): Promise<SecureContextOptions> {
  const paths = pathsOf(files);
  const [cert, key, ca] = await Promise.all(
    paths.map((file) =>
      readFile(file).catch((cause: Error) => {
        throw new ShadowplaneError('USAGE', `${file} cannot be read: ${cause.message}`, { cause });
      }),
    ),
  );
  const context = { cert, key, ...(ca && { ca }) };
  try {
    createSecureContext(context);
  } catch (cause) {
    const message = `${paths.join(', ')} are of no use together: ${(cause as Error).message}`;
    throw new ShadowplaneError('USAGE', message, { cause });
  }
  return context;
}

/**
 * Hands on what the files hold: now, and whenever they have changed. Files that are of no use (one of them may be written
 * before the other) leave things as they are until the next change. Ends with what it returns.
 */
export function followTlsFiles(
  files: ServerTlsFiles,
  onChange: (context: SecureContextOptions) => void,
  onProblem: (error: Error) => void,
  everyMs = CHECK_MS,
): () => void {
  let stopped = false;
  const reload = (): void => {
    readTlsFiles(files).then(
      (context) => {
        if (!stopped) onChange(context);
      },
      (error) => {
        if (!stopped) onProblem(error);
      },
    );
  };
  const paths = pathsOf(files);
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, reload);
  // Read again now that they are watched: what was written since the listener's first reading is no news to the watcher.
  reload();
  return () => {
    stopped = true;
    for (const path of paths) unwatchFile(path, reload);
  };
}

function pathsOf({ certificateFile, keyFile, clientAuthorityFile }: ServerTlsFiles): string[] {
  return [certificateFile, keyFile, ...(clientAuthorityFile === undefined ? [] : [clientAuthorityFile])];
}
