import { type InputProblem, ShadowplaneError } from '../../errors/index.ts';

/** Keys and indices from the top of the document. */
export type Path = ReadonlyArray<string | number>;

export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** Whether an editor should point at the key (it is unknown, misnamed) or at the value. */
  readonly at: 'key' | 'value';
}

/** Nobody reads more, and a hostile document must not make work that grows with its square. */
const MAX_PROBLEMS = 200;

/** Collects what is wrong and what is doubtful, so that a user sees all of it at once. */
export class Findings {
  readonly problems: Finding[] = [];
  readonly warnings: Finding[] = [];

  problem(path: Path, message: string, at: Finding['at'] = 'value'): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path, message, at });
  }

  /** Whether this part of the document, or something in it, has been refused: then what follows from it is not worth a word. */
  refused(path: Path): boolean {
    return this.problems.some((finding) => path.every((part, index) => finding.path[index] === part));
  }

  warning(path: Path, message: string, at: Finding['at'] = 'value'): void {
    this.warnings.push({ path, message, at });
  }
}

export type Locate = (finding: Finding) => { readonly line?: number; readonly column?: number };

/** Turns findings into what users see, in the order of the document where positions are known. */
export function toInputProblems(findings: readonly Finding[], locate: Locate = () => ({})): InputProblem[] {
  return findings
    .map((finding) => ({ path: formatPath(finding.path), message: finding.message, ...locate(finding) }))
    .sort((a: InputProblem, b: InputProblem) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function formatPath(path: Path): string {
  return path.join('.');
}

export function invalid(message: string, problems: readonly InputProblem[] = []): ShadowplaneError {
  return new ShadowplaneError('POLICY_INVALID', message, { problems });
}

/** One line for logs: the first problem and how many more there are. */
export function summary(problems: readonly InputProblem[], filename?: string): string {
  const first = problems[0];
  if (!first) return 'The configuration is not valid';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${formatProblem(first, filename)}${more}`;
}

/** `shadowplane.yaml:12:5: mirrors.orders.shadow: there is no service "ordr-v2"`, as editors and terminals link it. */
export function formatProblem(problem: InputProblem, filename?: string): string {
  const position = problem.line === undefined ? '' : `${problem.line}:${problem.column ?? 1}: `;
  const place = filename === undefined ? position : position === '' ? `${filename}: ` : `${filename}:${position}`;
  return `${place}${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`;
}
