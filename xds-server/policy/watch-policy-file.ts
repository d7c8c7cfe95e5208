import { type FSWatcher, watch } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ShadowplaneError } from '../../errors/index.ts';

export interface PolicyFileWatcher {
  close(): void;
}

export interface WatchOptions {
  /** The text whenever it differs from the last one seen. Not called again before it has finished. */
  readonly onText: (text: string) => Promise<void> | void;
  /** The file cannot be read (said once until it can be again) or `onText` has thrown; watching goes on. */
  readonly onError: (error: unknown) => void;
  /** The text already known, so that watching begins without a call. */
  readonly known?: string;
  readonly debounceMs?: number;
  readonly pollMs?: number;
}

/** Long enough for an editor to finish writing, short enough that nobody waits for it. */
const DEBOUNCE_MS = 20;
/** Network file systems and some container mounts send no events; then looking now and then finds the change. */
const POLL_MS = 1_000;

/** @throws ShadowplaneError POLICY_FILE_UNREADABLE */
export async function readPolicyText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new ShadowplaneError('POLICY_FILE_UNREADABLE', `${file}: ${reason}`, { cause: error });
  }
}

/**
 * Tells of every change of the file's text, however it is made: written in place, renamed over (editors, atomic saves),
 * or reached through a symbolic link that is swapped (Kubernetes ConfigMaps). Directories are watched instead of the
 * file, because a watch on a file follows the old file when a new one takes its name.
 */
export function watchPolicyFile(file: string, options: WatchOptions): PolicyFileWatcher {
  let known = options.known;
  let unreadable = false;
  let closed = false;
  let running = false;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  const watched = new Map<string, FSWatcher>();

  const look = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      await readOnce();
    } while (again && !closed);
    running = false;
  };

  const readOnce = async (): Promise<void> => {
    const text = await readPolicyText(file).catch((error) => {
      if (!closed && !unreadable) options.onError(error);
      unreadable = true;
    });
    if (!closed && text !== undefined) {
      unreadable = false;
      if (text !== known) {
        known = text;
        try {
          await options.onText(text);
        } catch (error) {
          options.onError(error);
        }
      }
    }
    await watchDirectories();
  };

  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      void look();
    }, options.debounceMs ?? DEBOUNCE_MS);
  };

  const watchDirectories = async (): Promise<void> => {
    const target = await realpath(file).catch(() => file);
    const wanted = closed ? [] : [...new Set([dirname(file), dirname(target)])];
    for (const [directory, watcher] of watched) {
      if (wanted.includes(directory)) continue;
      watcher.close();
      watched.delete(directory);
    }
    for (const directory of wanted) {
      if (!watched.has(directory)) open(directory, [basename(file), basename(target)]);
    }
  };

  const open = (directory: string, names: readonly string[]): void => {
    try {
      const watcher = watch(directory, (_, name) => {
        // A swapped link (`..data`) has a name of its own; when in doubt, look.
        if (name === null || names.includes(name) || name.startsWith('..')) soon();
      });
      watcher.on('error', () => {
        watcher.close();
        watched.delete(directory);
      });
      watched.set(directory, watcher);
    } catch {
      // The directory is gone or cannot be watched: polling goes on.
    }
  };

  const poll = setInterval(() => {
    if (timer === undefined) soon();
  }, options.pollMs ?? POLL_MS);
  void look();

  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(poll);
      for (const watcher of watched.values()) watcher.close();
      watched.clear();
    },
  };
}
