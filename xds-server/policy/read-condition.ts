import { celSyntaxProblem } from './cel-syntax.ts';
import { BOUNDS } from './defaults.ts';
import { parseHeaderName } from './formats.ts';
import type { Condition, Subject, Test } from './model.ts';
import type { Checked } from './partial.ts';
import type { Findings, Path } from './problems.ts';
import type { ConditionDocument } from './schema.ts';

const SUBJECTS = ['header', 'cookie', 'query', 'path', 'method'] as const;
const TESTS = ['equals', 'prefix', 'suffix', 'contains', 'oneOf', 'present'] as const;
const COMBINATIONS = ['any', 'all', 'not', 'cel'] as const;

/** Stands in for a condition that could not be read; its problem has been reported, so no policy will carry it. */
const UNREADABLE: Condition = { any: [] };

/** A condition that means exactly one thing: one subject with one test, or one combination. Problems are reported. */
export function readCondition(
  document: Checked<ConditionDocument>,
  path: Path,
  findings: Findings,
  depth = 1,
): Condition {
  if (depth > BOUNDS.conditionDepth) {
    findings.problem(path, `conditions are nested deeper than ${BOUNDS.conditionDepth} levels`);
    return UNREADABLE;
  }
  const subjects = present(document, SUBJECTS);
  const tests = present(document, TESTS);
  const combinations = present(document, COMBINATIONS);
  if (combinations.length > 0) {
    const combination = combinations[0]!;
    const others = [...combinations.slice(1), ...subjects, ...tests];
    if (others.length > 0) {
      findings.problem(path, `${combination} stands alone; put ${others.join(', ')} beside it under all: or any:`);
    }
    return readCombination(document, combination, path, findings, depth);
  }
  // A part that was refused is gone from the document; its own problem says enough.
  if (findings.refused(path)) return UNREADABLE;
  if (subjects.length !== 1) {
    findings.problem(path, `needs exactly one of ${SUBJECTS.join(', ')}, or any, all, not or cel${has(subjects)}`);
  }
  if (tests.length !== 1) findings.problem(path, `needs exactly one of ${TESTS.join(', ')}${has(tests)}`);
  if (subjects.length !== 1 || tests.length !== 1) return UNREADABLE;
  if (Buffer.byteLength(document.contains ?? '') > BOUNDS.containsBytes) {
    findings.problem([...path, 'contains'], `is longer than ${BOUNDS.containsBytes} bytes`);
  }
  return { ...readSubject(document), [tests[0]!]: document[tests[0]!] } as Subject & Test;
}

/** The one subject of a document that has been checked to have one. */
export function readSubject(document: Checked<ConditionDocument>): Subject {
  if (document.header !== undefined) return { header: parseHeaderName(document.header) };
  if (document.cookie !== undefined) return { cookie: document.cookie };
  if (document.query !== undefined) return { query: document.query };
  return document.path ? { path: true } : { method: true };
}

function readCombination(
  document: Checked<ConditionDocument>,
  kind: (typeof COMBINATIONS)[number],
  path: Path,
  findings: Findings,
  depth: number,
): Condition {
  const child = (inner: Checked<ConditionDocument>, ...at: Array<string | number>): Condition =>
    readCondition(inner, [...path, ...at], findings, depth + 1);
  switch (kind) {
    case 'any':
      return { any: document.any!.map((inner, index) => child(inner, 'any', index)) };
    case 'all':
      return { all: document.all!.map((inner, index) => child(inner, 'all', index)) };
    case 'not':
      return { not: child(document.not!, 'not') };
    case 'cel': {
      const cel = document.cel!;
      const problem = cel.trim() === '' ? 'is empty; write an expression' : celSyntaxProblem(cel);
      if (problem !== undefined) findings.problem([...path, 'cel'], problem);
      return { cel };
    }
  }
}

function present<Key extends string>(document: object, keys: readonly Key[]): Key[] {
  return keys.filter((key) => (document as Record<string, unknown>)[key] !== undefined);
}

function has(found: readonly string[]): string {
  return found.length === 0 ? '' : `; it has ${found.join(', ')}`;
}
