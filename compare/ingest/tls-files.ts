import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions, type Server } from 'node:tls';
import { ShadowplaneError } from '../../errors/index.ts';

/** PEM files of a listener that hears only clients with a certificate. */
export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Clients need a certificate that one of these authorities has signed. */
  readonly clientAuthorityFile: string;
}

/** @throws ShadowplaneError USAGE naming the file, or that they do not fit together. */
export async function readTlsFiles(files: TlsFiles): Promise<SecureContextOptions> {
  const [cert, key, ca] = await Promise.all(
    [files.certificateFile, files.keyFile, files.clientAuthorityFile].map((file) =>
      readFile(file).catch((cause: Error) => {
        throw new ShadowplaneError('USAGE', `${file} cannot be read: ${cause.message}`, { cause });
      }),
    ),
  );
  const context = { cert, key, ca };
  try {
    createSecureContext(context);
  } catch (cause) {
    const message = `${files.certificateFile}, ${files.keyFile} and ${files.clientAuthorityFile} are of no use: ${(cause as Error).message}`;
    throw new ShadowplaneError('USAGE', message, { cause });
  }
  return context;
}

/**
 * New connections are met with what the files hold by then; files that are of no use (one of them may be written before the
 * other) leave things as they are until the next change. Ends with what it returns.
 */
export function followTlsFiles(
  files: TlsFiles,
  server: Pick<Server, 'setSecureContext'>,
  onProblem: (error: Error) => void,
  everyMs: number,
): () => void {
  let stopped = false;
  const reload = (): void => {
    readTlsFiles(files).then((context) => {
      if (!stopped) server.setSecureContext(context);
    }, onProblem);
  };
  const paths = Object.values(files);
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, reload);
  return () => {
    stopped = true;
    for (const path of paths) unwatchFile(path, reload);
  };
}
