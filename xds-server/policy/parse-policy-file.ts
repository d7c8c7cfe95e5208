import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { type InputProblem, ShadowplaneError } from '../../errors/index.ts';
import { BOUNDS } from './defaults.ts';
import type { Policy } from './model.ts';
import { type ParsedPolicy, parseLocated } from './parse-policy.ts';
import { type Finding, invalid, summary } from './problems.ts';
import type { PolicyDocument } from './schema.ts';
import { tooDeepAt } from './yaml-depth.ts';

export interface ParsedPolicyFile extends ParsedPolicy {
  /** The document as it was written, as plain data: what the store keeps. */
  readonly document: PolicyDocument;
}

export interface ParsePolicyFileOptions {
  /** A further check of the finished policy; what it throws gets the positions of the paths it names. */
  readonly check?: ((policy: Policy) => void) | undefined;
}

/** Far more than anyone writes, far less than a document needs to blow up in memory. */
const MAX_ALIASES = 100;

/**
 * Parses the text of a policy file (YAML 1.2, hence also JSON). Environment variables are not expanded. Anchors and
 * aliases work within bounds; keys are plain text and stand once.
 *
 * @throws ShadowplaneError POLICY_INVALID whose problems carry line and column.
 */
export function parsePolicyFile(
  text: string,
  filename: string,
  { check }: ParsePolicyFileOptions = {},
): ParsedPolicyFile {
  const lines = new LineCounter();
  const yaml = readYaml(text, filename, lines);
  const syntax = [...syntaxProblems(yaml, lines), ...structureProblems(yaml, lines)];
  if (syntax.length > 0) throw invalid(summary(syntax, filename), syntax);
  // An editor that is just writing shows an empty file for a moment; that must not switch everything off.
  if (yaml.contents === null) throw refused('is empty; write {} if nothing at all is meant', filename);
  const document = toPlainData(yaml, filename);
  const parsed = parseLocated(document, (finding) => locate(yaml, finding, lines), filename);
  try {
    check?.(parsed.policy);
  } catch (error) {
    throw error instanceof ShadowplaneError ? located(error, yaml, lines, filename) : error;
  }
  return { document: document as PolicyDocument, ...parsed };
}

function located(
  error: ShadowplaneError,
  yaml: Document.Parsed,
  lines: LineCounter,
  filename: string,
): ShadowplaneError {
  const problems = error.problems.map((problem) => ({
    ...problem,
    ...locate(yaml, { path: problem.path.split('.'), message: '', at: 'value' }, lines),
  }));
  const message = problems.length > 0 ? summary(problems, filename) : error.message;
  return new ShadowplaneError(error.code, message, { problems, cause: error });
}

function readYaml(text: string, filename: string, lines: LineCounter): Document.Parsed {
  if (Buffer.byteLength(text) > BOUNDS.documentBytes) {
    throw refused(`is larger than ${BOUNDS.documentBytes / 1024} KiB`, filename);
  }
  const tooDeep = tooDeepAt(text);
  if (tooDeep !== undefined) {
    const line = text.slice(0, tooDeep).split('\n').length;
    throw refused('is nested too deeply', filename, { line, column: 1 });
  }
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: false });
  } catch (error) {
    throw refused(`cannot be read as YAML: ${error instanceof Error ? error.message : error}`, filename);
  }
}

function toPlainData(yaml: Document.Parsed, filename: string): unknown {
  try {
    return yaml.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw refused(`cannot be read as YAML: ${error instanceof Error ? error.message : error}`, filename);
  }
}

function refused(message: string, filename: string, at: { line?: number; column?: number } = {}): Error {
  const problems = [{ path: '', message, ...at }];
  return invalid(summary(problems, filename), problems);
}

function syntaxProblems(yaml: Document.Parsed, lines: LineCounter): InputProblem[] {
  return [...yaml.errors, ...yaml.warnings].map((error) => ({
    path: '',
    message: error.code === 'DUPLICATE_KEY' ? twice(yaml, error.pos[0], lines) : error.message,
    ...position(error.pos[0], lines),
  }));
}

/** Which key, and where it stands for the first time: the two may be a screen apart. */
function twice(yaml: Document.Parsed, offset: number, lines: LineCounter): string {
  let message = 'this key stands here twice';
  visit(yaml, {
    Map(_, { items }) {
      const startOf = (key: unknown) => (isScalar(key) ? key.range?.[0] : undefined);
      const second = items.find(({ key }) => startOf(key) === offset)?.key;
      if (!isScalar(second)) return undefined;
      const first = startOf(items.find(({ key }) => isScalar(key) && key.value === second.value)?.key);
      message = `"${second.value}" stands here twice; the first is in line ${position(first ?? offset, lines).line}`;
      return visit.BREAK;
    },
  });
  return message;
}

/** What YAML can say and JSON cannot: keys that are no text would silently become text; aliases may lead nowhere. */
function structureProblems(yaml: Document.Parsed, lines: LineCounter): InputProblem[] {
  const problems: InputProblem[] = [];
  visit(yaml, {
    Alias(_, alias) {
      if (alias.resolve(yaml)) return;
      const message = `there is no anchor &${alias.source} before this alias`;
      problems.push({ path: '', message, ...position(alias.range?.[0] ?? 0, lines) });
    },
    Pair(_, { key }) {
      if (isScalar(key) && typeof key.value === 'string') return;
      const shown = isScalar(key) ? String(key.value) : 'a list, map or alias';
      const hint = isScalar(key) && key.value !== null ? `; write "${shown}" in quotes` : '';
      const start = (key as Node | null)?.range?.[0] ?? 0;
      problems.push({ path: '', message: `keys are text, not ${shown}${hint}`, ...position(start, lines) });
    },
  });
  return problems;
}

function position(offset: number, lines: LineCounter): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Where a finding stands in the text; for a missing part, where its parent stands. */
function locate(yaml: Document.Parsed, finding: Finding, lines: LineCounter): { line: number; column: number } {
  let node: unknown = yaml.contents;
  let offset = (node as Node | null)?.range?.[0] ?? 0;
  for (const [index, part] of finding.path.entries()) {
    if (isAlias(node)) node = node.resolve(yaml);
    const last = index === finding.path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (!pair) break;
      const keyOffset = (pair.key as Node).range?.[0];
      const valueOffset = (pair.value as Node | null)?.range?.[0];
      offset = (last && finding.at === 'key' ? keyOffset : (valueOffset ?? keyOffset)) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else {
      break;
    }
  }
  return position(offset, lines);
}
