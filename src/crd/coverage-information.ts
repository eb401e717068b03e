import type { WireVersion } from './wire-version.ts';
import { TEMP_CODES } from './wire-version.ts';

/** The coverage-information extension (`crd.md` 5), as a value and as FHIR in the form of each version. */

export const COVERAGE_INFORMATION =
  'http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-coverage-information';

export interface Coding {
  readonly system?: string;
  readonly code: string;
  readonly display?: string;
}

export interface Reason {
  readonly coding?: Coding;
  readonly text?: string;
}

/** One statement about one coverage, with everything that any version can carry. */
export interface Statement {
  /** `Coverage/id` on the client's server. */
  readonly coverage: string;
  readonly covered: string;
  readonly paNeeded?: string | undefined;
  readonly docNeeded?: readonly string[];
  readonly docPurpose?: readonly string[];
  readonly infoNeeded?: readonly string[];
  readonly billingCodes?: readonly Coding[];
  readonly reasons?: readonly Reason[];
  readonly details?: readonly Detail[];
  /** Other orders that it hangs on. */
  readonly dependencies?: readonly string[];
  /** Canonicals, version-pinned. */
  readonly questionnaires?: readonly string[];
  /** QuestionnaireResponses: 2.0 only. */
  readonly responses?: readonly string[];
  /** FHIR date of the statement. */
  readonly date: string;
  /** 20 to 30 letters and digits. */
  readonly assertionId: string;
  readonly satisfiedPaId?: string | undefined;
  readonly contacts?: readonly Contact[];
  /** FHIR date, 2.1 and later. */
  readonly expiryDate?: string | undefined;
}

export interface Detail {
  readonly code: string;
  readonly value:
    | { readonly valueBoolean: boolean }
    | { readonly valueString: string }
    | { readonly valueUrl: string }
    | { readonly valueQuantity: Readonly<Record<string, unknown>> }
    | { readonly valuePeriod: { readonly start?: string; readonly end?: string } };
  readonly qualification?: string;
}

export interface Contact {
  readonly name?: string;
  readonly telecom: Readonly<Record<string, unknown>>;
}

export interface Extension {
  readonly url: string;
  readonly extension?: readonly Extension[];
  readonly [value: `value${string}`]: unknown;
}

/** What a client's validator may need otherwise than the text of the specification (`crd.md` 5.1, traps). */
export interface ValidatorSwitches {
  readonly noAuthWithNotCovered: boolean;
  readonly withoutDocPurpose: boolean;
}

const NO_SWITCHES: ValidatorSwitches = { noAuthWithNotCovered: false, withoutDocPurpose: false };

/**
 * A statement as the extension of a version.
 * @throws Error when it breaks an invariant that leaving something out cannot mend: a failure of ours
 */
export function coverageInformation(
  statement: Statement,
  version: WireVersion,
  switches: ValidatorSwitches = NO_SWITCHES,
): Extension {
  const said = conforming(statement, version, switches);
  const broken = brokenInvariants(said, version, switches);
  if (broken.length > 0) throw new Error(`coverage information breaks ${broken.join(', ')}`);
  const codes = (url: string, values: readonly string[] | undefined): readonly Extension[] =>
    (values ?? []).map((valueCode) => ({ url, valueCode }));
  const references = (url: string, values: readonly string[] | undefined): readonly Extension[] =>
    (values ?? []).map((reference) => ({ url, valueReference: { reference } }));
  return {
    url: COVERAGE_INFORMATION,
    extension: [
      ...references('coverage', [said.coverage]),
      ...codes('covered', [said.covered]),
      ...codes('pa-needed', said.paNeeded === undefined ? [] : [said.paNeeded]),
      ...codes('doc-needed', said.docNeeded),
      ...codes('doc-purpose', said.docPurpose),
      ...codes('info-needed', said.infoNeeded),
      ...(said.billingCodes ?? []).map((valueCoding) => ({ url: 'billingCode', valueCoding })),
      ...(said.reasons ?? []).map((reason) => ({ url: 'reason', valueCodeableConcept: concept(reason) })),
      ...(said.details ?? []).map((detail) => detailExtension(detail, version)),
      ...references('dependency', said.dependencies),
      ...(said.questionnaires ?? []).map((valueCanonical) => ({ url: 'questionnaire', valueCanonical })),
      ...references('response', said.responses),
      { url: 'date', valueDate: said.date },
      { url: 'coverage-assertion-id', valueString: said.assertionId },
      ...(said.satisfiedPaId === undefined
        ? []
        : [{ url: 'satisfied-pa-id', valueString: said.satisfiedPaId }]),
      ...(said.contacts ?? []).map((contact) => contactExtension(contact, version)),
      ...(said.expiryDate === undefined ? [] : [{ url: 'expiry-date', valueDate: said.expiryDate }]),
    ],
  };
}

const concept = ({ coding, text }: Reason) => ({
  ...(coding === undefined ? {} : { coding: [coding] }),
  ...(text === undefined ? {} : { text }),
});

/** The category of a detail code, which 2.2 asks for beside it; instructions may stand in any. */
const DETAIL_CATEGORIES: Readonly<Record<string, string>> = {
  'allowed-quantity': 'cat-limitation',
  'allowed-period': 'cat-limitation',
  'in-network-copay': 'cat-decisional',
  'out-network-copay': 'cat-decisional',
  'concurrent-review': 'cat-decisional',
  'appropriate-use-needed': 'cat-decisional',
  'policy-link': 'cat-other',
  instructions: 'cat-other',
};

function detailExtension({ code, value, qualification }: Detail, version: WireVersion): Extension {
  const is22 = version === '2.2';
  const system = is22 ? 'http://terminology.hl7.org/CodeSystem/crd-coverage-detail' : TEMP_CODES;
  // Before 2.2 a link can only be written as a string.
  const written = 'valueUrl' in value && !is22 ? { valueString: value.valueUrl } : value;
  return {
    url: 'detail',
    extension: [
      ...(is22 ? [{ url: 'category', valueCode: DETAIL_CATEGORIES[code] ?? 'cat-other' }] : []),
      { url: 'code', valueCodeableConcept: { coding: [{ system, code }] } },
      { url: 'value', ...written },
      ...(qualification === undefined ? [] : [{ url: 'qualification', valueString: qualification }]),
    ],
  };
}

const contactExtension = ({ name, telecom }: Contact, version: WireVersion): Extension =>
  version === '2.2'
    ? {
        url: 'contact',
        valueContactDetail: { ...(name === undefined ? {} : { name }), telecom: [telecom] },
      }
    : { url: 'contact', valueContactPoint: telecom };

/** Codes by element and version (`crd-valuesets.json`); the bindings are required. */
const CODES: Readonly<
  Record<
    'covered' | 'paNeeded' | 'docNeeded' | 'docPurpose' | 'infoNeeded',
    Readonly<Record<WireVersion, readonly string[]>>
  >
> = {
  covered: versions(['covered', 'not-covered', 'conditional'], [], ['indeterminate']),
  paNeeded: versions(
    ['no-auth', 'auth-needed', 'satisfied', 'performpa', 'conditional'],
    [],
    ['indeterminate'],
  ),
  docNeeded: {
    '2.0': ['clinical', 'admin', 'both', 'conditional'],
    '2.1': ['clinical', 'admin', 'patient', 'conditional'],
    '2.2': ['clinical', 'admin', 'patient', 'conditional', 'indeterminate'],
  },
  docPurpose: versions(['withpa', 'withclaim', 'withorder', 'retain-doc', 'OTH'], [], []),
  infoNeeded: versions(['performer', 'location', 'timeframe', 'contract-window', 'OTH'], [], ['detail-code']),
};

function versions(first: readonly string[], in21: readonly string[], in22: readonly string[]) {
  return { '2.0': first, '2.1': [...first, ...in21], '2.2': [...first, ...in21, ...in22] };
}

const REASON_CODES: Readonly<Record<WireVersion, readonly string[]>> = {
  '2.0': ['gold-card', 'detail-code'],
  '2.1': ['gold-card', 'detail-code'],
  '2.2': [
    'gold-card',
    'no-member-found',
    'no-active-coverage',
    'coverage-not-found',
    'auth-out-network',
    'technical',
  ],
};

/** Leaves out what the version cannot carry and what the invariants bar where it stands. */
function conforming(statement: Statement, version: WireVersion, switches: ValidatorSwitches): Statement {
  const { covered, paNeeded, docNeeded = [], docPurpose = [], infoNeeded = [] } = statement;
  const isNotCovered = covered === 'not-covered';
  const needsNoRequest = paNeeded === 'satisfied' || paNeeded === 'no-auth';
  const isOpen = isConditional(statement);
  return {
    ...statement,
    // q2, and its trap in 2.0.
    paNeeded: isNotCovered
      ? version === '2.0' && switches.noAuthWithNotCovered
        ? 'no-auth'
        : undefined
      : paNeeded,
    // 2.0 takes one: both is a code of its own there.
    docNeeded:
      version === '2.0' && docNeeded.includes('clinical') && docNeeded.includes('admin')
        ? ['both']
        : docNeeded,
    // q4, and its trap in 2.1 and 2.2.
    docPurpose:
      version !== '2.0' && switches.withoutDocPurpose
        ? []
        : docPurpose.filter((purpose) => !(needsNoRequest && purpose === 'withpa')),
    // q3
    infoNeeded: isOpen ? infoNeeded : [],
    // q1
    questionnaires: docNeeded.length === 0 ? [] : (statement.questionnaires ?? []),
    responses: docNeeded.length === 0 || version !== '2.0' ? [] : (statement.responses ?? []),
    // q5
    satisfiedPaId: paNeeded === 'satisfied' ? statement.satisfiedPaId : undefined,
    expiryDate: version === '2.0' ? undefined : statement.expiryDate,
  };
}

const isConditional = ({ covered, paNeeded, docNeeded = [] }: Statement): boolean =>
  [covered, paNeeded, ...docNeeded].includes('conditional');

/**
 * The invariants crd-ci-q1 to q9 by intent, not by their published expressions (`crd.md` 5.1), and the required
 * bindings. q3 is held both ways and q6 to q9 in every version: the common subset that all of them accept.
 */
export function brokenInvariants(
  statement: Statement,
  version: WireVersion,
  switches: ValidatorSwitches = NO_SWITCHES,
): readonly string[] {
  const { covered, paNeeded, docNeeded = [], docPurpose = [], infoNeeded = [], reasons = [] } = statement;
  const isNotCovered = covered === 'not-covered';
  const mayHaveAuth = version === '2.0' && switches.noAuthWithNotCovered && paNeeded === 'no-auth';
  const hasReason = reasons.length > 0;
  const isForeign = ({ coding }: Reason): boolean =>
    coding !== undefined && !(coding.system === TEMP_CODES && REASON_CODES[version].includes(coding.code));
  const outside = (element: keyof typeof CODES, values: readonly string[]): boolean =>
    values.some((value) => !CODES[element][version].includes(value));
  const checks: readonly (readonly [string, boolean])[] = [
    [
      'crd-ci-q1',
      [...(statement.questionnaires ?? []), ...(statement.responses ?? [])].length > 0 &&
        docNeeded.length === 0,
    ],
    ['crd-ci-q2', isNotCovered ? paNeeded !== undefined && !mayHaveAuth : paNeeded === undefined],
    ['crd-ci-q3', isConditional(statement) !== infoNeeded.length > 0],
    ['crd-ci-q4', (paNeeded === 'satisfied' || paNeeded === 'no-auth') && docPurpose.includes('withpa')],
    ['crd-ci-q5', (paNeeded === 'satisfied') !== (statement.satisfiedPaId !== undefined)],
    ['crd-ci-q6', infoNeeded.includes('OTH') && !hasReason],
    ['crd-ci-q7', reasons.some((reason) => isForeign(reason) && reason.text === undefined)],
    ['crd-ci-q8', docPurpose.length > 0 && !hasReason],
    ['crd-ci-q9', [covered, paNeeded, ...docNeeded].includes('indeterminate') && !hasReason],
    ['covered', outside('covered', [covered])],
    ['pa-needed', outside('paNeeded', paNeeded === undefined ? [] : [paNeeded])],
    ['doc-needed', outside('docNeeded', docNeeded) || (version === '2.0' && docNeeded.length > 1)],
    ['doc-purpose', outside('docPurpose', docPurpose)],
    ['info-needed', outside('infoNeeded', infoNeeded)],
    ['date', !/^\d{4}-\d{2}-\d{2}$/.test(statement.date)],
    ['coverage-assertion-id', !/^[A-Za-z0-9]{1,30}$/.test(statement.assertionId)],
  ];
  return checks.filter(([, isBroken]) => isBroken).map(([name]) => name);
}
