import type { DifferenceItem, EndpointItem } from '../../compare/report/index.ts';
import type { DiffAnswer } from './diff-answer.ts';

/**
 * The answer as JUnit XML, which CI systems show: a case for each endpoint. What is `different` fails, what has too few
 * pairs is skipped. Where nothing was compared there is one skipped case, because an empty suite looks like success.
 */
export function toJunit({ verdict, differences, endpoints }: DiffAnswer): string {
  const { mirror, epoch, epochStartedAt } = verdict;
  const cases = endpoints.items.map((endpoint) => testCase(mirror, endpoint, differences.items));
  if (cases.length === 0) {
    cases.push({
      failed: false,
      skipped: true,
      xml: skippedCase(mirror, 'comparison', 'nothing has been compared yet'),
    });
  }
  const number = (is: (one: Case) => boolean) => cases.filter(is).length;
  const counts = [
    attribute('tests', cases.length),
    attribute(
      'failures',
      number(({ failed }) => failed),
    ),
    attribute('errors', 0),
    attribute(
      'skipped',
      number(({ skipped }) => skipped),
    ),
  ].join('');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attribute('name', 'shadowplane')}${counts}>`,
    `  <testsuite${attribute('name', mirror)}${counts}${attribute('timestamp', epochStartedAt.replace(/\.\d+Z$/, ''))}>`,
    '    <properties>',
    `      <property${attribute('name', 'verdict')}${attribute('value', verdict.verdict)}/>`,
    `      <property${attribute('name', 'epoch')}${attribute('value', epoch)}/>`,
    `      <property${attribute('name', 'compared')}${attribute('value', verdict.compared)}/>`,
    '    </properties>',
    ...cases.map(({ xml }) => xml),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

interface Case {
  readonly failed: boolean;
  readonly skipped: boolean;
  readonly xml: string;
}

function testCase(mirror: string, item: EndpointItem, differences: readonly DifferenceItem[]): Case {
  const { endpoint, verdict, compared, coverage } = item;
  if (verdict === 'not-enough-data') {
    const needs =
      coverage.missing === null
        ? 'differs too often to be called the same'
        : `${coverage.missing} more pairs are needed`;
    return { failed: false, skipped: true, xml: skippedCase(mirror, endpoint, `${compared} pairs compared; ${needs}`) };
  }
  const open = `    <testcase${attribute('classname', mirror)}${attribute('name', endpoint)}${attribute('time', 0)}`;
  if (verdict === 'same') return { failed: false, skipped: false, xml: `${open}/>` };
  const found = differences.filter(
    (difference) => difference.endpoint === endpoint && difference.verdict === 'different',
  );
  const lines = found.map(
    ({ kind, path, differing, compared: of, noise }) =>
      `${kind} at ${path === '' ? '(whole body)' : path}: ${differing} of ${of} pairs differ${noise === null ? '' : `, noise ${noise}`}`,
  );
  const failure = `<failure${attribute('type', 'different')}${attribute('message', lines[0] ?? 'the candidate differs')}>`;
  return {
    failed: true,
    skipped: false,
    xml: `${open}>\n      ${failure}${escapeXml(lines.join('\n'))}</failure>\n    </testcase>`,
  };
}

function skippedCase(mirror: string, name: string, message: string): string {
  const open = `    <testcase${attribute('classname', mirror)}${attribute('name', name)}${attribute('time', 0)}>`;
  return `${open}\n      <skipped${attribute('message', message)}/>\n    </testcase>`;
}

function attribute(name: string, value: string | number): string {
  return ` ${name}="${escapeXml(String(value))}"`;
}

/** What XML 1.0 cannot hold: most control characters, and half a surrogate pair. */
const UNWRITABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escapeXml(text: string): string {
  return text.replace(UNWRITABLE, '\ufffd').replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
