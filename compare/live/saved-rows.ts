import type { CellInput, EpochInput, FieldInput } from '../report/index.ts';
import type { StoredCell, StoredField } from '../store/index.ts';
import { cellName, fieldName } from './add-epochs.ts';
import { cellKey, cellRow, fieldRow } from './epoch-rows.ts';

interface SavedField {
  readonly field: FieldInput;
  readonly total: number;
}

interface SavedCell {
  readonly cell: CellInput;
  readonly fields: Map<string, SavedField>;
}

export interface ChangedRows {
  readonly cells: StoredCell[];
  readonly fields: StoredField[];
  /** Cells whose fields have changed, with those fields. */
  readonly changed: ReadonlyArray<{ readonly endpoint: string; readonly field: FieldInput }>;
}

/** Which rows of an epoch are on their way to the store, so that only what has changed is written. */
export class SavedRows {
  readonly #mirror: string;
  #cells = new Map<string, SavedCell>();

  constructor(mirror: string) {
    this.#mirror = mirror;
  }

  /** The rows that differ from the last time. Counts only grow, so their sum says whether one has changed. */
  take(epoch: EpochInput): ChangedRows {
    const rows: ChangedRows & { changed: Array<{ endpoint: string; field: FieldInput }> } = {
      cells: [],
      fields: [],
      changed: [],
    };
    const now = new Map<string, SavedCell>();
    for (const cell of epoch.cells) {
      const name = cellName(cell);
      const before = this.#cells.get(name);
      const saved = { cell, fields: before?.fields ?? new Map<string, SavedField>() };
      now.set(name, saved);
      if (before?.cell.pairs === cell.pairs) continue;
      const key = cellKey(this.#mirror, epoch.number, cell);
      rows.cells.push(cellRow(key, cell));
      for (const field of cell.fields) {
        const total = totalOf(field);
        if (saved.fields.get(fieldName(field))?.total === total) continue;
        saved.fields.set(fieldName(field), { field, total });
        rows.fields.push(fieldRow(key, field));
        rows.changed.push({ endpoint: cell.endpoint, field });
      }
    }
    for (const [name, gone] of this.#cells) if (!now.has(name)) this.#clear(gone, epoch.number, rows);
    this.#cells = now;
    return rows;
  }

  /** An endpoint has another name now: its rows must not count a second time. */
  #clear({ cell, fields }: SavedCell, epoch: number, rows: ChangedRows): void {
    const key = cellKey(this.#mirror, epoch, cell);
    rows.cells.push(cellRow(key, { ...cell, pairs: 0 }));
    for (const { field } of fields.values()) {
      const counts = { ...field.counts, candidateOnly: 0, controlOnly: 0, both: 0 };
      rows.fields.push(fieldRow(key, { ...field, counts }));
    }
  }
}

function totalOf({ counts: { candidateOnly, controlOnly, both } }: FieldInput): number {
  return candidateOnly + controlOnly + both;
}
