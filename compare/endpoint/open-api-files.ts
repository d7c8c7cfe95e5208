import { readFileSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { templatesOfOpenApi } from './open-api.ts';

/** A larger document would hold the process up while it is read. */
const MAX_BYTES = 4 * 1024 * 1024;
const LOOK_EVERY_MS = 2_000;

export interface OpenApiFilesOptions {
  /** Relative paths begin here. */
  readonly folder: string;
  /** Told when a document has other templates than before. */
  readonly onChange: () => void;
  /** Told why a document cannot be read; its templates of before stay. */
  readonly onProblem: (file: string, reason: string) => void;
}

/** The path templates of OpenAPI documents, YAML or JSON, which are read again when they are saved. */
export class OpenApiFiles {
  readonly #options: OpenApiFilesOptions;
  readonly #templates = new Map<string, readonly string[]>();
  /** Of each wanted file, as it was when it was read: a save between reading and watching would be missed otherwise. */
  readonly #states = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: OpenApiFilesOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** These documents and no others are wanted from now on; those that are new are read at once. */
  use(files: readonly string[]): void {
    for (const file of this.#states.keys()) if (!files.includes(file)) this.#forget(file);
    for (const file of files) if (!this.#states.has(file)) this.#read(file);
  }

  /** `GET /api/orders/{id}`; none while the document cannot be read. */
  templatesOf(file: string): readonly string[] {
    return this.#templates.get(file) ?? [];
  }

  close(): void {
    clearInterval(this.#timer);
    this.#states.clear();
    this.#templates.clear();
  }

  #look(): void {
    for (const [file, state] of this.#states) {
      if (stateOf(this.#pathOf(file)) !== state && this.#read(file)) this.#options.onChange();
    }
  }

  /** Whether its templates are others than before. */
  #read(file: string): boolean {
    const path = this.#pathOf(file);
    this.#states.set(file, stateOf(path));
    try {
      assertReadable(statSync(path));
      const templates = templatesOfOpenApi(parse(readFileSync(path, 'utf8')));
      const changed = templates.join('\n') !== this.templatesOf(file).join('\n');
      this.#templates.set(file, templates);
      if (templates.length === 0) this.#options.onProblem(file, 'it has no paths');
      return changed;
    } catch (error) {
      // Only the kind of a mistake in the text: the text itself may be anything.
      const { code, name, message } = error as NodeJS.ErrnoException;
      this.#options.onProblem(file, code === 'ENOENT' ? 'there is no such file' : name === 'Error' ? message : name);
      return false;
    }
  }

  #forget(file: string): void {
    this.#states.delete(file);
    this.#templates.delete(file);
  }

  #pathOf(file: string): string {
    return resolve(this.#options.folder, file);
  }
}

function assertReadable(stats: Stats): void {
  if (!stats.isFile()) throw new Error('it is no file');
  if (stats.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
}

/** Another one after every save. */
function stateOf(path: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(path, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
