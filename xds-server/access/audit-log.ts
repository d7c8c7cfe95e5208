/**
 * Who changed what, when and from where, and who tried and was refused: JSON lines in `audit.jsonl` of the data directory.
 * Holds no bodies, no tokens and no query strings. It is bounded: at a size it moves to `audit.1.jsonl`, that to
 * `audit.2.jsonl`, and what is older goes. Refusals are bounded in time, too, so that a flood of them pushes out no change.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface AuditEntry {
  readonly kind: 'request' | 'refused' | 'revision' | 'rollout' | 'node-refused';
  /** Token or certificate that was used, `file`, `rollback`, or what an unproven caller calls itself. */
  readonly actor: string | null;
  /** Address that the request came from. */
  readonly from?: string;
  readonly [member: string]: unknown;
}

export interface AuditOptions {
  readonly directory: string;
  /** Told when a line cannot be written; what it tells of goes on. */
  readonly onProblem: (error: Error) => void;
  readonly maxBytes?: number;
  /** How many files that are full are kept. */
  readonly keep?: number;
  readonly refusalsPerMinute?: number;
  readonly now?: () => number;
}

const REFUSALS = ['refused', 'node-refused'];
const MINUTE_MS = 60_000;

export class AuditLog {
  readonly #options: Required<AuditOptions>;
  #bytes: number | undefined;
  #minute = 0;
  #refusals = 0;
  #failing = false;

  constructor(options: AuditOptions) {
    this.#options = { maxBytes: 10 * 2 ** 20, keep: 4, refusalsPerMinute: 120, now: Date.now, ...options };
  }

  /** On disk when it returns. Never throws: what is told of has happened already. */
  write(entry: AuditEntry): void {
    const atMs = this.#options.now();
    this.#nextMinute(atMs);
    if (REFUSALS.includes(entry.kind)) {
      this.#refusals += 1;
      if (this.#refusals > this.#options.refusalsPerMinute) return;
    }
    this.#append({ at: new Date(atMs).toISOString(), ...entry });
  }

  #nextMinute(atMs: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute === this.#minute) return;
    const untold = this.#refusals - this.#options.refusalsPerMinute;
    if (untold > 0) {
      this.#append({ at: new Date(atMs).toISOString(), kind: 'refused', actor: null, untold });
    }
    this.#minute = minute;
    this.#refusals = 0;
  }

  #append(line: object): void {
    const { directory, maxBytes, onProblem } = this.#options;
    const file = this.#file(0);
    const text = `${JSON.stringify(line)}\n`;
    try {
      mkdirSync(directory, { recursive: true });
      this.#bytes ??= statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (this.#bytes > 0 && this.#bytes + text.length > maxBytes) this.#rotate();
      appendFileSync(file, text, { mode: 0o600 });
      this.#bytes += Buffer.byteLength(text);
      this.#failing = false;
    } catch (error) {
      // Once for each time that it begins to fail.
      if (!this.#failing) onProblem(error as Error);
      this.#failing = true;
    }
  }

  #rotate(): void {
    for (let number = this.#options.keep - 1; number >= 0; number -= 1) {
      const file = this.#file(number);
      if (statSync(file, { throwIfNoEntry: false })) renameSync(file, this.#file(number + 1));
    }
    this.#bytes = 0;
  }

  #file(number: number): string {
    return join(this.#options.directory, number === 0 ? 'audit.jsonl' : `audit.${number}.jsonl`);
  }
}
