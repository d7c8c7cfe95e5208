import { Lexer } from 'yaml';

/** Far deeper than a policy goes, far shallower than what exhausts the stack of a recursive reader. */
const MAX_FLOW_DEPTH = 64;
const MAX_BLOCK_COLUMN = 200;

/**
 * Offset at which YAML text is nested too deeply to be read safely, or undefined. The reader recurses, and running out
 * of stack inside a regular expression ends the whole process, so this has to be known before it starts. Block nesting is
 * bounded by its column, because each level begins further right.
 */
export function tooDeepAt(text: string): number | undefined {
  let offset = 0;
  let lineStart = 0;
  let flowDepth = 0;
  for (const token of new Lexer().lex(text)) {
    // A control token (mode of the scalar that follows) has no text of its own.
    if (CONTROL.includes(token)) continue;
    if (token === '[' || token === '{') flowDepth++;
    if (token === ']' || token === '}') flowDepth--;
    if (flowDepth > MAX_FLOW_DEPTH) return offset;
    const column = offset - lineStart;
    const indentation = column === 0 && /^ +$/.test(token) ? token.length : 0;
    const opensBlock = token === '-' || token === '?';
    if (indentation > MAX_BLOCK_COLUMN || (opensBlock && column > MAX_BLOCK_COLUMN)) return offset;
    offset += token.length;
    const newline = token.lastIndexOf('\n');
    if (newline >= 0) lineStart = offset - (token.length - newline - 1);
  }
  return undefined;
}

/** Byte order mark, document mode, flow error end and scalar, as the lexer announces them. */
const CONTROL: readonly string[] = ['\u{FEFF}', '\u0002', '\u0018', '\u001f'];
