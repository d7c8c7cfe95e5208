import { Bytes, Metric, MetricType, metric } from '../../proxy-wasm/assembly/index';
import { describePrimary } from '../capture/description';
import { ExchangeIds } from '../exchange-id';
import { HostPattern } from '../request/host';
import { Subjects } from '../request/subject';
import { Choice, Mirror, Segment, SkipCounters } from '../select/mirror';
import { Sticky } from '../select/sticky';
import { readBudget } from './budget';
import { ConditionReader } from './conditions';
import { Field } from './reader';

const LARGEST_COUNT: f64 = 9007199254740991;
const ALL_PER_MILLION: f64 = 1_000_000;

const KNOWN: string[] = [
  'name',
  'hosts',
  'path',
  'methods',
  'maxBodyBytes',
  'budget',
  'segments',
  'sample',
  'users',
  'sticky',
];

/** Reads `mirrors` of role primary; on a problem, which is then reported, the result is not to be used. */
export function readMirrors(field: Field, subjects: Subjects, conditions: ConditionReader): StaticArray<Mirror> {
  const elements = field.mirrors();
  const names: string[] = [];
  const mirrors: Mirror[] = [];
  for (let i = 0; i < elements.length; i++) {
    // A broken configuration must not define metrics, which the host keeps for ever.
    if (field.problem.found) break;
    mirrors.push(readMirror(elements[i], names, subjects, conditions));
  }
  return StaticArray.fromArray(mirrors);
}

function readMirror(field: Field, names: string[], subjects: Subjects, conditions: ConditionReader): Mirror {
  field.object(KNOWN);
  const name = readUniqueName(field.get('name'), names);
  const hosts = readHosts(field.get('hosts'));
  const path = readPath(field.get('path'));
  const methods = readTexts(field.get('methods'));
  const maxBodyBytes = field.get('maxBodyBytes').count(LARGEST_COUNT);
  const users = readUsers(field.get('users'));
  const budget = readBudget(field.get('budget'), name, users);
  const stickyField = field.get('sticky');
  const sticky = stickyField.exists ? new Sticky(conditions.readStickySubject(stickyField), Bytes.of(name)) : null;
  const segments = readSegments(field.get('segments'), name, sticky !== null, users, conditions);
  const sample = readSample(field.get('sample'), name, sticky !== null);
  const others = users ? new ExchangeIds(Bytes.of(`${name}/users/sample`)) : null;
  const skipped = skipCounters(field, name);
  return new Mirror(hosts, path, methods, maxBodyBytes, budget, segments, sample, sticky, others, skipped);
}

function readUniqueName(field: Field, taken: string[]): string {
  const name = field.name().toString();
  if (taken.includes(name)) field.fail(`${name} is the name of an earlier one`);
  taken.push(name);
  return name;
}

function readHosts(field: Field): StaticArray<HostPattern> {
  const patterns: HostPattern[] = [];
  const elements = field.exists ? field.list() : [];
  for (let i = 0; i < elements.length; i++) {
    const text = elements[i].nonEmptyText();
    const star = text.toString().lastIndexOf('*');
    if (star > 0 || (star == 0 && (text.length < 3 || load<u8>(text.address + 1) != 0x2e))) {
      elements[i].fail('may only start with *. and a name');
    }
    patterns.push(new HostPattern(text.toLowerCase()));
  }
  return StaticArray.fromArray(patterns);
}

function readPath(field: Field): Bytes {
  const path = field.nonEmptyText();
  const text = path.toString();
  if (!text.startsWith('/')) field.fail('must start with /');
  else if (text.length > 1 && text.endsWith('/')) field.fail('must not end with /');
  else if (text.includes('?') || text.includes('#')) field.fail('must not contain ? or #');
  return path;
}

function readTexts(field: Field): StaticArray<Bytes> {
  const texts: Bytes[] = [];
  const elements = field.list();
  for (let i = 0; i < elements.length; i++) texts.push(elements[i].nonEmptyText());
  return StaticArray.fromArray(texts);
}

function readUsers(field: Field): bool {
  return field.exists && field.boolean();
}

function readSegments(
  field: Field,
  mirror: string,
  sticky: bool,
  users: bool,
  conditions: ConditionReader,
): StaticArray<Segment> {
  const names: string[] = [];
  const segments: Segment[] = [];
  const elements = field.list();
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    element.object(['name', 'when', 'sharePerMillion']);
    const name = readUniqueName(element.get('name'), names);
    const when = conditions.read(element.get('when'));
    const share = readShare(element.get('sharePerMillion'), sticky);
    const selected = counter(field, `shadowplane.selected.mirror.${mirror}.reason.segment.segment.${name}`);
    const description = describePrimary(Bytes.of(mirror), Bytes.of(name));
    const decision = Bytes.of(`${mirror}/segment/${name}`);
    const usersDecision = users ? Bytes.of(`${mirror}/users/segment/${name}`) : null;
    segments.push(new Segment(when, new Choice(decision, selected, share, description, usersDecision)));
  }
  return StaticArray.fromArray(segments);
}

function readSample(field: Field, mirror: string, sticky: bool): Choice | null {
  if (!field.exists) return null;
  field.object(['sharePerMillion']);
  const share = readShare(field.get('sharePerMillion'), sticky);
  const selected = counter(field, `shadowplane.selected.mirror.${mirror}.reason.sample`);
  return new Choice(Bytes.of(`${mirror}/sample`), selected, share, describePrimary(Bytes.of(mirror), null), null);
}

function readShare(field: Field, sticky: bool): u32 {
  if (sticky) return <u32>field.count(ALL_PER_MILLION);
  if (field.exists) field.fail('is only for a mirror with sticky; without it the route rolls the share');
  return 0;
}

const NO_METRIC = new Metric(0, false);

function counter(field: Field, name: string): Metric {
  return field.problem.found ? NO_METRIC : metric(MetricType.Counter, name);
}

function skipCounters(field: Field, mirror: string): SkipCounters {
  const prefix = `shadowplane.skipped.mirror.${mirror}.cause.`;
  return new SkipCounters(
    counter(field, prefix + 'marked'),
    counter(field, prefix + 'method'),
    counter(field, prefix + 'upgrade'),
    counter(field, prefix + 'body_size'),
    counter(field, prefix + 'no_segment'),
    counter(field, prefix + 'sticky'),
    counter(field, prefix + 'budget'),
  );
}
