import type { Intake } from './intake.ts';
import { isObject, objects, property, text, type JsonObject } from './json.ts';

/** A Bundle, read for what it holds: matches, further resources, errors, and whether there is more. */
export interface BundleReading {
  readonly intakes: readonly Intake[];
  /** Types of the resources that the search was for (not those that were included with them). */
  readonly matchTypes: ReadonlySet<string>;
  /** Why this is not the whole answer, or not an answer to what was asked; undefined: nothing speaks against it. */
  readonly problem: string | undefined;
  readonly next: string | undefined;
  /** What was searched for, from the self link: a resource type, and the parameters that narrow it. */
  readonly search: { readonly type: string; readonly narrowedBy: string | undefined } | undefined;
  /** True for the answer of `$everything`, and for a Bundle that is no search at all. */
  readonly isRecord: boolean;
}

/** @param wanted the type that was searched for: other resources are taken as included with it, and never alone */
export function readBundle(bundle: unknown, wanted?: string): BundleReading {
  const intakes: Intake[] = [];
  const others: Intake[] = [];
  const matchTypes = new Set<string>();
  const problems: string[] = [];
  const entries = property(bundle, 'entry');
  const listed: readonly unknown[] = Array.isArray(entries)
    ? entries
    : entries === undefined
      ? []
      : [entries];
  for (const entry of listed) {
    const resource = property(entry, 'resource');
    const type = text(property(resource, 'resourceType'));
    if (type === 'OperationOutcome') {
      if (isError(resource)) problems.push('the server reported an error in its answer');
      continue;
    }
    if (type === 'Bundle') {
      problems.push('part of the answer is a Bundle of its own');
      continue;
    }
    const mode = text(property(property(entry, 'search'), 'mode'));
    if (type !== undefined && mode !== 'include') matchTypes.add(type);
    const intake = isEntry(entry) ? entry : { resource: entry };
    const isOther = wanted !== undefined && type !== undefined && type !== wanted;
    (isOther ? others : intakes).push(intake);
  }
  // Servers do not always mark what they include; alone, it is an answer to another question.
  const isOtherAnswer = wanted !== undefined && matchTypes.size > 0 && !matchTypes.has(wanted);
  if (isOtherAnswer) problems.push('the server answered with other resources than it was asked for');
  else intakes.push(...others);
  const links = objects(property(bundle, 'link'));
  const link = (relation: string): string | undefined =>
    links.filter((item) => item['relation'] === relation).map((item) => text(item['url']))[0];
  const next = link('next');
  // There is a next page, and nobody can say where.
  if (next === undefined && links.some(({ relation }) => relation === 'next'))
    problems.push('its next page has no address');
  return {
    intakes,
    matchTypes,
    problem: problems[0],
    next,
    search: searchOf(link('self')),
    isRecord: /\/\$everything(?:\?|$)/.test(link('self') ?? '') || property(bundle, 'type') !== 'searchset',
  };
}

const isEntry = (entry: unknown): entry is JsonObject & Intake => isObject(property(entry, 'resource'));

/** Parameters that choose the patient or the form of the answer, not what it holds. */
const UNNARROWING = new Set([
  'patient',
  'subject',
  '_count',
  '_sort',
  '_format',
  '_total',
  '_include',
  '_revinclude',
]);

function searchOf(self: string | undefined): BundleReading['search'] {
  const [path = '', query = ''] = (self ?? '').split(/\?(.*)/s);
  const type = /(?:^|\/)([A-Z][A-Za-z]+)(?:\/_search)?$/.exec(path)?.[1];
  if (type === undefined) return undefined;
  const narrowing = [...new URLSearchParams(query)].filter(
    ([name]) => !UNNARROWING.has(name.split(':')[0] ?? ''),
  );
  const narrowedBy =
    narrowing.length === 0 ? undefined : narrowing.map(([name, value]) => `${name}=${value}`).join('&');
  return { type, narrowedBy };
}

/** Epic answers an empty search with an OperationOutcome entry, code 4101: that is no error (`realworld.md` 4.1). */
export const isError = (outcome: unknown): boolean =>
  objects(property(outcome, 'issue')).some(
    (issue) =>
      ['error', 'fatal'].includes(text(issue['severity']) ?? '') &&
      !objects(property(issue['details'], 'coding')).some((coding) => text(coding['code']) === '4101'),
  );
