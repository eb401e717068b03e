import { readFileSync } from 'node:fs';
import { isObject, objects, property, text, type JsonObject } from '../../../src/fhir/json.ts';
import { present } from './json-field.ts';
import type { Finding, Version } from './finding.ts';

/** The coverage-information extension against its element tables, value sets and invariants; no validator does this. */

export const COVERAGE_INFORMATION =
  'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information';

interface Element {
  readonly url: string;
  readonly min: number;
  readonly max: string;
  readonly types?: readonly string[];
  readonly parts?: readonly Element[];
}

const data = (name: string): JsonObject =>
  JSON.parse(readFileSync(new URL(`../data/${name}.json`, import.meta.url), 'utf8')) as JsonObject;

const ELEMENTS: Readonly<Record<Version, readonly Element[]>> = {
  '2.0.1': data('coverage-information-2.0.1.elements')['subExtensions'] as readonly Element[],
  '2.2.1': data('coverage-information-2.2.1.elements')['subExtensions'] as readonly Element[],
};
/** Resource types that may carry it. The suite lets Appointment pass in 2.0.1, whose list forgot it. */
const CONTEXTS: Readonly<Record<Version, readonly string[]>> = {
  '2.0.1': [...(data('coverage-information-2.0.1.elements')['context'] as readonly string[]), 'Appointment'],
  '2.2.1': data('coverage-information-2.2.1.elements')['context'] as readonly string[],
};

export const isCarrier = (type: string, version: Version): boolean => CONTEXTS[version].includes(type);

const VALUE_SETS = data('crd-valuesets');
const REASON_SYSTEM = property(VALUE_SETS['codeSystems'], 'reason-2.2.1');

const codes = (name: string, version: Version): readonly string[] =>
  property(VALUE_SETS[name], version) as readonly string[];

/** Systems whose codes are CRD's own: a code of theirs that is not in the value set is a mistake, not an extension. */
const CRD_SYSTEMS: Readonly<Record<Version, readonly string[]>> = {
  '2.0.1': ['http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp'],
  '2.2.1': [
    'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp',
    'http://hl7.org/fhir/us/davinci-crd/CodeSystem/coverage-information-codes',
    'http://terminology.hl7.org/CodeSystem/crd-coverage-detail',
  ],
};

const DETAIL_SYSTEM: Readonly<Record<Version, string>> = {
  '2.0.1': 'http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp',
  '2.2.1': 'http://terminology.hl7.org/CodeSystem/crd-coverage-detail',
};

/** The coverage-information extensions of a resource. */
export const coverageInformation = (
  resource: unknown,
): readonly { readonly extension: JsonObject; readonly path: string }[] => {
  const extensions = property(resource, 'extension');
  return (Array.isArray(extensions) ? (extensions as readonly unknown[]) : []).flatMap((extension, index) =>
    isObject(extension) && extension['url'] === COVERAGE_INFORMATION
      ? [{ extension, path: `extension[${index}]` }]
      : [],
  );
};

const parts = (extension: unknown, url: string): readonly JsonObject[] =>
  objects(property(extension, 'extension')).filter((part) => part['url'] === url);

/** The values of a sub-extension whatever their type. */
export const values = (extension: unknown, url: string): readonly unknown[] =>
  parts(extension, url).flatMap((part) =>
    Object.keys(part)
      .filter((key) => key.startsWith('value'))
      .map((key) => part[key]),
  );

/** Every breach of the extension's definition in a version: `CI-…` for shape and codes, `crd-ci-q…` for invariants. */
export const coverageInformationProblems = (extension: unknown, version: Version): readonly Finding[] => [
  ...shapeProblems(extension, ELEMENTS[version], ''),
  ...codeProblems(extension, version),
  ...detailProblems(extension, version),
  ...Object.entries(INVARIANTS).flatMap(([id, { rule, holds }]) =>
    holds(extension, version) ? [] : [failure(id, rule, '(extension)')],
  ),
];

const failure = (id: string, message: string, path: string): Finding => ({
  id,
  level: 'fail',
  message,
  path,
});

/** Unknown parts, cardinality, and the value's type. */
function shapeProblems(extension: unknown, elements: readonly Element[], path: string): readonly Finding[] {
  const known = new Set(elements.map(({ url }) => url));
  const unknown = objects(property(extension, 'extension'))
    .filter(({ url }) => !known.has(text(url) ?? ''))
    .map(({ url }) => failure('CI-element', 'is not defined in this version', `${path}${String(url)}`));
  return [
    ...unknown,
    ...elements.flatMap((element) => {
      const { url, min, max, types = [], parts: nested } = element;
      const found = parts(extension, url);
      const at = `${path}${url}`;
      const count =
        found.length < min
          ? [failure('CI-cardinality', `is there ${found.length} times, at least ${min}`, at)]
          : max !== '*' && found.length > Number(max)
            ? [failure('CI-cardinality', `is there ${found.length} times, at most ${max}`, at)]
            : [];
      const typed = found.flatMap((part) =>
        nested === undefined ? typeProblems(part, types, at) : shapeProblems(part, nested, `${at}.`),
      );
      return [...count, ...typed];
    }),
  ];
}

function typeProblems(part: JsonObject, types: readonly string[], path: string): readonly Finding[] {
  // "Quantity (SimpleQuantity)" is valueQuantity.
  const allowed = types.map((type) => {
    const name = type.split(' ')[0] ?? type;
    return `value${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  });
  const given = Object.keys(part).filter((key) => key !== 'url');
  if (given.length !== 1 || !allowed.includes(given[0] ?? '')) {
    return [
      failure('CI-type', `has ${given.join(', ') || 'no value'}; expected ${allowed.join(' or ')}`, path),
    ];
  }
  const value = part[given[0] ?? ''];
  if (given[0] === 'valueDate' && !/^\d{4}-\d{2}-\d{2}$/.test(String(value)))
    return [failure('CI-type', 'is a whole date, without time', path)];
  if (given[0] === 'valueReference' && text(property(value, 'reference')) === undefined)
    return [failure('CI-type', 'has a reference', path)];
  if (
    given[0] === 'valueCoding' &&
    (!present(property(value, 'code')) || !present(property(value, 'system')))
  )
    return [failure('CI-type', 'has code and system', path)];
  return typeof value === 'string' && value.trim() === '' ? [failure('CI-type', 'is blank', path)] : [];
}

const CODED = ['covered', 'pa-needed', 'doc-needed', 'doc-purpose', 'info-needed'] as const;

function codeProblems(extension: unknown, version: Version): readonly Finding[] {
  const required = CODED.flatMap((url) =>
    values(extension, url)
      .filter((code) => !codes(url, version).includes(String(code)))
      .map((code) => failure('CI-code', `"${String(code)}" is not a code of ${version}`, url)),
  );
  const reasons = values(extension, 'reason').flatMap((reason) =>
    objects(property(reason, 'coding'))
      .filter(({ system }) => CRD_SYSTEMS[version].includes(text(system) ?? ''))
      .filter(({ code }) => !codes('reason (extensible)', version).includes(String(code)))
      .map(({ code }) => failure('CI-code', `"${String(code)}" is not a reason of ${version}`, 'reason')),
  );
  return [...required, ...reasons];
}

/** `detail`: code of its version's system, value of the type that the code asks for, category as the code has it. */
function detailProblems(extension: unknown, version: Version): readonly Finding[] {
  return parts(extension, 'detail').flatMap((detail) => {
    const valueKey = parts(detail, 'value')
      .flatMap((part) => Object.keys(part))
      .find((key) => key.startsWith('value'));
    const category = values(detail, 'category')[0];
    const ownCodings = values(detail, 'code')
      .flatMap((concept) => objects(property(concept, 'coding')))
      .filter(({ system }) => CRD_SYSTEMS[version].includes(text(system) ?? ''));
    return ownCodings.flatMap(({ system, code }) => {
      const name = String(code);
      if (system !== DETAIL_SYSTEM[version])
        return [
          failure(
            'CI-code',
            `the system of details in ${version} is ${DETAIL_SYSTEM[version]}`,
            'detail.code',
          ),
        ];
      if (!codes('detail.code (extensible)', version).includes(name))
        return [failure('CI-code', `"${name}" is not a detail of ${version}`, 'detail.code')];
      const type = text(property(VALUE_SETS['detail.valueTypeByCode'], name)) ?? '';
      const expected = `value${type.charAt(0).toUpperCase()}${type.slice(1)}`;
      const byCode = property(property(VALUE_SETS['detail.category (2.2.1 only)'], 'categoryByCode'), name);
      return [
        ...(valueKey === expected ? [] : [failure('CI-type', `${name} has ${expected}`, 'detail.value')]),
        ...(version === '2.2.1' && category !== undefined && byCode !== 'any' && category !== byCode
          ? [failure('CI-code', `${name} is of category ${String(byCode)}`, 'detail.category')]
          : []),
      ];
    });
  });
}

interface Invariant {
  readonly rule: string;
  readonly holds: (extension: unknown, version: Version) => boolean;
}

const has = (extension: unknown, url: string): boolean => parts(extension, url).length > 0;
const is = (extension: unknown, url: string, ...expected: readonly string[]): boolean =>
  values(extension, url).some((value) => expected.includes(String(value)));
const any = (extension: unknown, code: string): boolean =>
  ['covered', 'pa-needed', 'doc-needed'].some((url) => is(extension, url, code));

/** By intent: the published expressions of q2 and q4 are empty, and so fail, on answers that their texts ask for. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'crd-ci-q1': {
    rule: 'a questionnaire (2.0.1: or response) stands with doc-needed alone',
    holds: (x) => !(has(x, 'questionnaire') || has(x, 'response')) || has(x, 'doc-needed'),
  },
  'crd-ci-q2': {
    rule: 'pa-needed is absent when not covered (2.0.1: and there otherwise)',
    holds: (x, version) =>
      is(x, 'covered', 'not-covered') ? !has(x, 'pa-needed') : version !== '2.0.1' || has(x, 'pa-needed'),
  },
  'crd-ci-q3': {
    rule: 'info-needed asks for something conditional (2.2: and something conditional for info-needed)',
    holds: (x, version) =>
      has(x, 'info-needed') ? any(x, 'conditional') : version === '2.0.1' || !any(x, 'conditional'),
  },
  'crd-ci-q4': {
    rule: 'nothing goes with a prior authorization that is satisfied or not needed',
    holds: (x) =>
      !(is(x, 'pa-needed', 'satisfied', 'no-auth') || is(x, 'covered', 'not-covered')) ||
      !is(x, 'doc-purpose', 'withpa'),
  },
  'crd-ci-q5': {
    rule: 'satisfied-pa-id is there when pa-needed is satisfied, and only then',
    holds: (x) => has(x, 'satisfied-pa-id') === is(x, 'pa-needed', 'satisfied'),
  },
  'crd-ci-q6': {
    rule: 'info-needed OTH has a reason',
    holds: (x, version) => version === '2.0.1' || !is(x, 'info-needed', 'OTH') || has(x, 'reason'),
  },
  'crd-ci-q7': {
    rule: 'a reason coded outside the value set has a text',
    holds: (x, version) =>
      version === '2.0.1' ||
      values(x, 'reason').every(
        (reason) =>
          text(property(reason, 'text')) !== undefined ||
          objects(property(reason, 'coding')).every(
            ({ system, code }) =>
              system === REASON_SYSTEM && codes('reason (extensible)', version).includes(String(code)),
          ),
      ),
  },
  'crd-ci-q8': {
    rule: 'a doc-purpose has a reason',
    holds: (x, version) => version === '2.0.1' || !has(x, 'doc-purpose') || has(x, 'reason'),
  },
  'crd-ci-q9': {
    rule: 'something indeterminate has a reason',
    holds: (x, version) => version === '2.0.1' || !any(x, 'indeterminate') || has(x, 'reason'),
  },
};
