import { objects, property, text, type JsonObject } from '../../fhir/json.ts';

/** One part of a coverage-information extension, in plain words. */
export interface ExplainedPart {
  /** `url` of the part. */
  readonly name: string;
  readonly question: string;
  /** As sent: a code, or whatever stands in its place. */
  readonly value: string;
  /** Undefined where the value says it itself. */
  readonly meaning: string | undefined;
}

/** What each part of the extension asks (Da Vinci CRD, "Coverage Information"). */
const QUESTIONS: Readonly<Record<string, string>> = {
  coverage: 'Which coverage',
  covered: 'Is it covered',
  'pa-needed': 'Is prior authorization needed',
  'doc-needed': 'Who must add documents',
  'doc-purpose': 'What the documents are for',
  'info-needed': 'What the answer still depends on',
  billingCode: 'Code that the answer is about',
  reason: 'Why',
  detail: 'Detail',
  dependency: 'Depends on another order',
  questionnaire: 'Form that asks for what is missing',
  response: 'Answers given so far',
  date: 'Day of the answer',
  'coverage-assertion-id': 'Id of the determination',
  'satisfied-pa-id': 'Number of the authorization',
  contact: 'Whom to ask',
  'expiry-date': 'Holds until',
};

/** Codes of the value sets that the parts are bound to. */
const MEANINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  covered: {
    covered: 'The plan covers this therapy, subject to what stands below. It is no promise of payment.',
    'not-covered': 'The plan does not cover this.',
    conditional: 'Neither yes nor no: it depends on what stands below, and the payer decides.',
    indeterminate: 'It could not be evaluated. That says nothing about the coverage.',
  },
  'pa-needed': {
    'auth-needed': 'Yes: ask the payer before the infusion.',
    'no-auth': 'No: the policy asks for none.',
    satisfied: 'It is taken care of; no request is needed.',
    performpa: 'Yes, and the performing site asks for it.',
    conditional: 'It depends on what stands below.',
    indeterminate: 'It could not be evaluated.',
  },
  'doc-needed': {
    clinical: 'A clinician: records or statements about the patient are missing.',
    admin: 'The office: information about the request itself is missing.',
    both: 'A clinician and the office: records or statements, and information about the request itself.',
    patient: 'The patient.',
    conditional: 'Possibly somebody; it depends on what stands below.',
  },
  'doc-purpose': {
    withpa: 'They go with the request for prior authorization.',
    withclaim: 'They go with the claim.',
    withorder: 'They go with the order.',
    'retain-doc': 'They stay in the record, in case somebody asks.',
    OTH: 'For another purpose, as the reason says.',
  },
  'info-needed': {
    performer: 'Who performs it.',
    location: 'Where it is done.',
    timeframe: 'When it is done.',
    'contract-window': 'Whether the day lies within the contract.',
    'detail-code': 'A more exact code of the order.',
    OTH: 'Something else, as the reason says.',
  },
};

/** @param extension a coverage-information extension */
export const explained = (extension: JsonObject): readonly ExplainedPart[] =>
  objects(extension['extension']).map((part) => {
    const name = text(part['url']) ?? '';
    const value = valueOf(part);
    return { name, question: QUESTIONS[name] ?? name, value, meaning: MEANINGS[name]?.[value] };
  });

/** The value of an extension as text: code, reference, words, or the parts of a complex one. */
function valueOf(part: JsonObject): string {
  const parts = objects(part['extension']);
  if (parts.length > 0) return parts.map(valueOf).filter(Boolean).join(': ');
  const value = Object.entries(part).find(([name]) => name.startsWith('value'))?.[1];
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  const [coding] = objects(property(value, 'coding'));
  const code = text(property(value, 'code'));
  const display = text(property(value, 'display'));
  return (
    text(value) ??
    text(property(value, 'text')) ??
    text(coding?.['display']) ??
    text(coding?.['code']) ??
    text(property(value, 'reference')) ??
    (code === undefined ? undefined : display === undefined ? code : `${code} (${display})`) ??
    text(property(value, 'value')) ??
    JSON.stringify(value ?? null)
  );
}
