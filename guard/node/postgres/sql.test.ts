import { expect, it } from 'vitest';
import { readStatements } from './sql.ts';

const kinds = (text: string) => readStatements(text).map(({ kind }) => kind);

it('tells transaction control from everything else', () => {
  expect(kinds('begin; START TRANSACTION ISOLATION LEVEL SERIALIZABLE')).toEqual(['begin', 'begin']);
  expect(kinds('COMMIT; end; END WORK; Commit And Chain')).toEqual(['commit', 'commit', 'commit', 'commit']);
  expect(kinds('ROLLBACK; abort; ROLLBACK TO x; SAVEPOINT x; release x')).toEqual([
    'rollback',
    'rollback',
    'savepoint',
    'savepoint',
    'savepoint',
  ]);
  expect(kinds('SET TRANSACTION READ ONLY; SET CONSTRAINTS ALL IMMEDIATE; SET x = 1; SELECT 1')).toEqual([
    'set-transaction',
    'check-constraints',
    'plain',
    'plain',
  ]);
  expect(readStatements('COMMIT AND CHAIN; COMMIT AND NO CHAIN').map(({ chained }) => chained)).toEqual([true, false]);
});

it.each([
  ["SELECT ';commit;', E'\\';commit;', $$;commit;$$, $a$;$$;commit$a$"],
  ['SELECT ";commit;", "a"";commit;" -- ;commit'],
  ['SELECT /* ;commit; /* ;commit; */ ;commit; */ 1;;'],
  ['CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END'],
  ['CREATE RULE r AS ON INSERT TO t DO (INSERT INTO a VALUES (1); COMMIT)'],
])('one statement, and no end of a transaction: %s', (text) => {
  expect(kinds(text)).toEqual(['plain']);
});

it('refuses what a rollback does not take back', () => {
  const refused = [
    'PREPARE TRANSACTION $$x$$',
    "COPY t TO '/tmp/x'",
    "COPY t FROM PROGRAM 'x'",
    'SELECT pg_catalog.setval($1, 2)',
    'SELECT "setval" (1)',
    'LISTEN x',
    "SELECT dblink_exec('x')",
  ];
  for (const text of refused) expect(readStatements(text)[0]?.refusal, text).toBeDefined();
  const allowed = [
    'SELECT nextval($1)',
    'COPY t FROM STDIN',
    'COPY t TO STDOUT',
    'SELECT setval FROM t',
    'NOTIFY x',
    'PREPARE p AS SELECT 1',
  ];
  for (const text of allowed) expect(readStatements(text)[0]?.refusal, text).toBeUndefined();
});

it('sees writes that hide in a SELECT', () => {
  const hidden = (text: string) => readStatements(text)[0]?.writesWithin;
  expect(hidden('WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a')).toBe(true);
  expect(hidden('WITH a AS (SELECT * FROM t FOR UPDATE) SELECT * FROM a')).toBe(false);
});
