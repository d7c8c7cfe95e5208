import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ShadowplaneError } from '../../errors/index.ts';
import type { SecretMaterial } from '../resources/index.ts';
import { type CertificateFacts, readSecret, SECRET_FILES, type Secret } from './read-secret.ts';

/** What may be told of a secret, by everybody who may read the API. */
export interface SecretStatus {
  readonly name: string;
  /** Of the pair that is served; null: there is none. */
  readonly certificate: CertificateFacts | null;
  readonly authorities: readonly CertificateFacts[];
  /** ISO 8601, UTC: since when it is served as it is; null: it is not. */
  readonly loadedAt: string | null;
  /** Why what its files hold now is not what is served; null: it is. */
  readonly problem: string | null;
}

export interface SecretFolderOptions {
  /** A folder for each secret, by its name. */
  readonly directory: string;
  /** Something else is to be served under these names. */
  readonly onChange: (names: readonly string[]) => void;
  /** Files are of no use; what was served before stays. Told once for each state of the files. */
  readonly onProblem: (name: string, problem: string) => void;
  readonly checkMs?: number;
}

interface Held {
  /** Of the files when they were last looked at. */
  signature: string;
  secret: Secret | undefined;
  loadedAt: string | null;
  problem: string | null;
  /** What was served before the last change, until Envoys have shown that they take that. */
  before: Secret | undefined;
  /** Of a clock that never jumps: when `before` was replaced. */
  replacedAtMs: number;
}

const NOT_HELD: Readonly<Held> = {
  signature: '',
  secret: undefined,
  loadedAt: null,
  problem: null,
  before: undefined,
  replacedAtMs: 0,
};

const CHECK_MS = 1_000;
/** Envoys answer within milliseconds; what one refuses later may be its own fault, and others use it. */
const TAKE_BACK_MS = 60_000;
/** As services and mirrors are called. */
const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * The secrets that Envoys may be served, followed while their files change. Files are replaced one after the other, or all at
 * once by a link that is swapped: what does not fit together, or has gone, leaves what is served as it was.
 */
export class SecretFolder {
  readonly #options: SecretFolderOptions;
  readonly #held = new Map<string, Held>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: SecretFolderOptions) {
    this.#options = options;
  }

  /** @throws ShadowplaneError USAGE when there is no such folder */
  static async open(options: SecretFolderOptions): Promise<SecretFolder> {
    const folder = new SecretFolder(options);
    const names = await readdir(options.directory).catch((cause: Error) => {
      throw new ShadowplaneError('USAGE', `--secrets ${options.directory} cannot be read: ${cause.message}`, { cause });
    });
    await folder.#lookAtAll(names);
    folder.#next();
    return folder;
  }

  get directory(): string {
    return this.#options.directory;
  }

  /** What is served under a name; undefined: nothing. */
  material(name: string): SecretMaterial | undefined {
    return this.#held.get(name)?.secret?.material;
  }

  names(): string[] {
    return [...this.#held.keys()].sort();
  }

  list(): SecretStatus[] {
    return [...this.#held]
      .map(([name, { secret, loadedAt, problem }]) => ({
        name,
        certificate: secret?.certificate ?? null,
        authorities: secret?.authorities ?? [],
        loadedAt,
        problem,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** An Envoy has refused these as they are: those that changed just now are served as before until their files change anew. */
  takeBack(names: Iterable<string>, words: string): void {
    const isNew = ({ before, replacedAtMs }: Held) => before && performance.now() - replacedAtMs <= TAKE_BACK_MS;
    const refused = [...new Set(names)].filter((name) => isNew(this.#held.get(name) ?? NOT_HELD));
    for (const name of refused) {
      const held = this.#held.get(name)!;
      held.secret = held.before;
      held.before = undefined;
      this.#problem(name, held, `an Envoy refused it: ${words}`);
    }
    if (refused.length > 0) this.#options.onChange(refused);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#closed) return;
    // One look after the other, however long the disk takes.
    this.#timer = setTimeout(() => {
      void this.#look().finally(() => this.#next());
    }, this.#options.checkMs ?? CHECK_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    // When it has gone as a whole, so has each of its secrets.
    const changed = await this.#lookAtAll(await readdir(this.#options.directory).catch(() => []));
    if (changed.length === 0 || this.#closed) return;
    this.#options.onChange(changed);
  }

  /** @returns those that are served differently now */
  async #lookAtAll(entries: readonly string[]): Promise<string[]> {
    const names = new Set([...entries.filter((name) => NAME.test(name)), ...this.#held.keys()]);
    const changed: string[] = [];
    for (const name of names) if (await this.#lookAt(name)) changed.push(name);
    return changed;
  }

  /** Whether it is served differently now. */
  async #lookAt(name: string): Promise<boolean> {
    const folder = join(this.#options.directory, name);
    // Taken before the files are read: a change meanwhile is seen with the next look.
    const signature = await signatureOf(folder);
    const known = this.#held.get(name);
    if (known?.signature === signature) return false;
    // A file that lies beside the folders, or an empty folder that nobody has used, is no secret.
    if (!known && signature === NOTHING) return false;
    const held = known ?? { ...NOT_HELD };
    held.signature = signature;
    this.#held.set(name, held);
    try {
      const secret = await readSecret(folder);
      assertNothingGone(held.secret, secret);
      const same = JSON.stringify(secret.material) === JSON.stringify(held.secret?.material);
      held.problem = null;
      if (same) return false;
      held.before = held.secret;
      held.replacedAtMs = performance.now();
      held.secret = secret;
      held.loadedAt = new Date().toISOString();
      return true;
    } catch (error) {
      this.#problem(name, held, (error as Error).message);
      return false;
    }
  }

  #problem(name: string, held: Held, problem: string): void {
    held.problem = problem;
    if (!this.#closed) this.#options.onProblem(name, problem);
  }
}

/** What a policy may name does not go by half: a folder that is emptied file by file passes through this. */
function assertNothingGone(before: Secret | undefined, { material }: Secret): void {
  if (before?.material.certificate && !material.certificate) throw new Error('tls.crt and tls.key have gone');
  if (before?.material.authorityPem !== undefined && material.authorityPem === undefined) {
    throw new Error('ca.crt has gone');
  }
}

const NOTHING = '- - -';

async function signatureOf(folder: string): Promise<string> {
  const marks = await Promise.all(
    Object.values(SECRET_FILES).map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found ? `${found.dev}:${found.ino}:${found.size}:${found.mtimeMs}:${found.ctimeMs}` : '-';
    }),
  );
  return marks.join(' ');
}
