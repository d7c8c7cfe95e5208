/**
 * What a SQL text asks for, as far as the guard needs to know: where one statement ends, which statements begin and end
 * transactions, and which reach beyond the transaction. It reads words, not grammar; comments, strings and quoted bodies
 * are no words. The last word on committing has the database itself (shadow-connection.ts), not this file.
 */
export interface Statement {
  readonly text: string;
  readonly kind: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'set-transaction' | 'check-constraints' | 'plain';
  /** COMMIT AND CHAIN, ROLLBACK AND CHAIN. */
  readonly chained: boolean;
  /** Why shadow work may not do this; undefined when it may. */
  readonly refusal: string | undefined;
  /** Writes although its result says SELECT: WITH ... AS (INSERT ...). */
  readonly writesWithin: boolean;
}

const TOKEN =
  /--[^\n]*|\/\*|'|"(?:[^"]|"")*"|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$?\d[\w.]*|[();,]/g;

export function readStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  let words: string[] = [];
  let start = 0;
  let parentheses = 0;
  let bodies = 0;
  const finish = (end: number) => {
    if (words.length > 0) statements.push(classify(text.slice(start, end), words));
    words = [];
  };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[0];
    if (token.startsWith('--')) continue;
    if (token === '/*') TOKEN.lastIndex = endOfComment(text, TOKEN.lastIndex);
    else if (token === "'") {
      const escapes = words.at(-1) === 'E' && text[match.index - 1]?.toUpperCase() === 'E';
      TOKEN.lastIndex = endOfString(text, TOKEN.lastIndex, escapes);
      words.push("'");
    } else if (/^\$.*\$$/.test(token)) {
      const end = text.indexOf(token, TOKEN.lastIndex);
      TOKEN.lastIndex = end < 0 ? text.length : end + token.length;
      words.push("'");
    } else if (token === ';' && parentheses === 0 && bodies === 0) {
      finish(match.index);
      start = TOKEN.lastIndex;
    } else {
      const word = token.startsWith('"') ? token : token.toUpperCase();
      if (word === '(') parentheses += 1;
      else if (word === ')') parentheses = Math.max(0, parentheses - 1);
      // The body of a function in standard SQL: BEGIN ATOMIC ...; ...; END
      else if (word === 'ATOMIC' && words.at(-1) === 'BEGIN' && words[0] === 'CREATE') bodies += 1;
      else if (bodies > 0 && word === 'CASE') bodies += 1;
      else if (bodies > 0 && word === 'END') bodies -= 1;
      words.push(word);
    }
  }
  finish(text.length);
  return statements;
}

function endOfComment(text: string, from: number): number {
  let depth = 1;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = from;
  for (let match = edge.exec(text); match; match = edge.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

function endOfString(text: string, from: number, escapes: boolean): number {
  const rest = escapes ? /(?:[^'\\]|\\[\s\S]|'')*'/y : /(?:[^']|'')*'/y;
  rest.lastIndex = from;
  return rest.test(text) ? rest.lastIndex : text.length;
}

/** Functions whose effect stays when the transaction is rolled back, or that reach out of the database. */
const BEYOND_ROLLBACK =
  /^(SETVAL|DBLINK\w*|LO_EXPORT|PG_(TERMINATE|CANCEL)_BACKEND|PG_FILE_\w+|PG_RELOAD_CONF|PG_ROTATE_LOGFILE|PG_LOGICAL_EMIT_MESSAGE|PG_STAT_RESET\w*|PG_(CREATE|DROP|COPY)_\w*REPLICATION_SLOT|PG_SWITCH_WAL|PG_PROMOTE)$/;

function classify(text: string, words: readonly string[]): Statement {
  const [first = '', second = ''] = words;
  const chained = words.some((word, index) => word === 'CHAIN' && words[index - 1] === 'AND');
  const writesWithin =
    first === 'WITH' &&
    words.some((word, index) => /^(INSERT|UPDATE|DELETE|MERGE)$/.test(word) && words[index - 1] === '(');
  return { text, kind: kindOf(first, second, words), chained, refusal: refusalOf(first, second, words), writesWithin };
}

function kindOf(first: string, second: string, words: readonly string[]): Statement['kind'] {
  if (first === 'BEGIN' || (first === 'START' && second === 'TRANSACTION')) return 'begin';
  if (first === 'COMMIT' || first === 'END') return 'commit';
  if (first === 'ROLLBACK' || first === 'ABORT') return words.includes('TO') ? 'savepoint' : 'rollback';
  if (first === 'SAVEPOINT' || first === 'RELEASE') return 'savepoint';
  if (first !== 'SET') return 'plain';
  if (second === 'TRANSACTION' || (second === 'SESSION' && words[2] === 'CHARACTERISTICS')) return 'set-transaction';
  return second === 'CONSTRAINTS' && words[2] === 'ALL' && words[3] === 'IMMEDIATE' ? 'check-constraints' : 'plain';
}

function refusalOf(first: string, second: string, words: readonly string[]): string | undefined {
  if (second === 'PREPARED' && (first === 'COMMIT' || first === 'ROLLBACK'))
    return `${first} PREPARED outlives a rollback`;
  if (first === 'PREPARE' && second === 'TRANSACTION') return 'PREPARE TRANSACTION outlives a rollback';
  if (first === 'LISTEN') return 'LISTEN takes effect at a commit, which never comes; use a connection without guard';
  if (first === 'COPY') {
    const to = words.indexOf('TO');
    if (words.includes('PROGRAM') || (to > 0 && words[to + 1] === "'"))
      return 'COPY to a file or program outlives a rollback';
  }
  const called = words.find(
    (word, index) => words[index + 1] === '(' && BEYOND_ROLLBACK.test(word.replaceAll('"', '').toUpperCase()),
  );
  return called && `${called.toLowerCase()}() outlives a rollback`;
}
