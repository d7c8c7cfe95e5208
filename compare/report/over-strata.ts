/** What all strata of an endpoint show together is `different` in those where it shows. */
import { type FieldOverStrata, judgeOverStrata } from '../judge/index.ts';
import type { JudgedCell, JudgedField } from './judged.ts';

interface Part {
  readonly judged: JudgedCell;
  readonly field: JudgedField;
}

/** @param cells all of an epoch that have a control. */
export function raiseOverStrata(cells: readonly JudgedCell[]): JudgedCell[] {
  const byEndpoint = new Map<string, JudgedCell[]>();
  for (const judged of cells) {
    const { endpoint } = judged.cell;
    byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), judged]);
  }
  const groups = [...byEndpoint.values()].flatMap((alike) => fieldsOf(alike).map((parts) => ({ alike, parts })));
  const expected = judgeOverStrata(groups.map(({ alike, parts }) => toField(alike, parts)));
  const raised = new Map<JudgedField, number>();
  groups.forEach(({ parts }, index) => {
    const innocent = expected[index];
    if (innocent === undefined) return;
    for (const { field } of parts) {
      const { candidateOnly, controlOnly } = field.field.counts;
      if (candidateOnly > controlOnly) raised.set(field, innocent);
    }
  });
  return cells.map((judged) => ({ ...judged, fields: judged.fields.map((field) => raise(field, raised.get(field))) }));
}

function fieldsOf(cells: readonly JudgedCell[]): Part[][] {
  const groups = new Map<string, Part[]>();
  for (const judged of cells) {
    for (const field of judged.fields) {
      if (field.ignoredBy) continue;
      const key = `${field.field.kind} ${field.field.path}`;
      groups.set(key, [...(groups.get(key) ?? []), { judged, field }]);
    }
  }
  return [...groups.values()];
}

function toField(cells: readonly JudgedCell[], parts: readonly Part[]): FieldOverStrata {
  const firstAtMs = Math.min(...cells.map(({ cell }) => cell.firstAtMs));
  const lastAtMs = Math.max(...cells.map(({ cell }) => cell.lastAtMs));
  return {
    parts: parts.map(({ judged: { cell }, field: { field } }) => ({
      evidence: {
        kind: field.kind as FieldOverStrata['parts'][number]['evidence']['kind'],
        pairs: cell.pairs,
        tally: field.counts,
      },
      firstAtMs: field.firstAtMs,
      lastAtMs: field.lastAtMs,
    })),
    spanMs: lastAtMs - firstAtMs,
    pairs: cells.reduce((total, { cell }) => total + cell.pairs, 0),
  };
}

function raise(judged: JudgedField, innocent: number | undefined): JudgedField {
  if (innocent === undefined || judged.verdict.level === 'different') return judged;
  const { verdict } = judged;
  const expectedInnocent = Math.min(verdict.expectedInnocent, innocent);
  return { ...judged, verdict: { ...verdict, level: 'different', expectedInnocent } };
}
