import { objects, property, text, texts, type JsonObject } from '../fhir/json.ts';
import type { CriterionResult } from '../engine/criteria.ts';
import type { Decision, Determination } from '../engine/determination.ts';
import {
  authorizationWords,
  dayWords,
  decisionWords,
  DISCLAIMER,
  evidenceWords,
  isDecisive,
  leaves,
  openItems,
  REQUIREMENT_WORDS,
  STATUS_WORDS,
} from '../engine/explanation.ts';
import { submissionSentences } from '../engine/submission.ts';
import { SHOWN_ALONE, type Evidence } from '../engine/result.ts';
import type { Policy } from '../policy/policy.ts';
import { isMemberId, NPI } from './codes.ts';
import { html, NOTHING, type Markup } from './html.ts';
import { neededFor, partiesOf, typeOf, type RequestInput } from './request-input.ts';
import { diagnosesOf, serviceOf } from './requested-service.ts';
import { SUMMARY_STYLE } from './summary-style.ts';

/**
 * The request on paper, for payers that take it by fax or in a portal: what is asked for whom, each criterion with the
 * records that decide it, what is missing, what is enclosed, where to send it. One or two pages; HTML without script.
 * @param unread what could not be read, in sentences
 */
export function requestSummary(input: RequestInput, unread: readonly string[]): string {
  const { determination, payer, library, id } = input;
  const { policy, asOf, decision, criteria, alternatives, anomalies, submit } = determination;
  const form = library.policies.find((item) => item.id === policy.id && item.version === policy.version);
  const shown = criteria.length > 0 ? criteria : (alternatives?.[0]?.criteria ?? []);
  const missing = [...missingOf(determination, shown), ...identifiersMissing(input, form)];
  const title = `Prior authorization request: ${serviceOf(input).text ?? ''}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>
            To ${payer.name}. ${form?.title ?? policy.id}, version ${policy.version}. Determination ${id} of
            ${asOf}.
          </p>
          <p>
            <strong>${REQUIREMENT_WORDS[determination.priorAuthorization]}.</strong>
            ${decisionWords(decision, form?.otherwise ?? '')}
            <strong>${authorizationWords(determination.authorization)}</strong>
          </p>
          ${unread.length === 0 ? NOTHING : section('Not at hand', list(unread))}
          <div class="columns">
            ${section('Requested', requested(input))} ${section('Patient and coverage', member(input))}
            ${section('Requested by', sender(input))}
            ${section('Where to send it', list(submissionSentences(submit)))}
          </div>
          ${section(missing.length === 0 ? NOTHING_MISSING[decision] : 'Missing', list(missing))}
          ${section('Criteria', criteriaTable(shown))} ${enclosed(input)}
          ${
            anomalies.length === 0
              ? NOTHING
              : section('Please note', list(anomalies.map((item) => `${item.text} (${item.id})`)))
          }
        </main>
        <footer>
          <p>
            Criteria in our own words, by their place in the policy; the policy itself governs. ${DISCLAIMER}
          </p>
        </footer>
      </body>
    </html>`;
  return page.markup;
}

/** What the heading says where nothing is asked for. */
const NOTHING_MISSING: Readonly<Record<Decision, string>> = {
  'criteria-met': 'Nothing is missing',
  'documentation-needed': 'Nothing is missing',
  'criteria-not-met': 'No record is missing, and a criterion is not met',
  'no-covered-indication': 'No covered indication',
};

/** What is still open, and a diagnosis that is covered. */
const missingOf = ({ decision }: Determination, shown: readonly CriterionResult[]): readonly string[] => [
  ...(decision === 'no-covered-indication'
    ? ['A confirmed diagnosis that the policy covers for this product']
    : []),
  ...openItems(shown),
];

/** Identifiers that the request must carry and the records lack, as the policy names them. */
function identifiersMissing(input: RequestInput, policy: Policy | undefined): readonly string[] {
  const { practitioner, organization } = partiesOf(input);
  const bearers = { facility: organization, practitioner };
  return (policy?.submit.carries ?? [])
    .filter(({ npiOf: whose }) => whose !== undefined && npiOf(bearers[whose]) === undefined)
    .map((carried) => carried.text);
}

/** Documents, reports and forms of the evidence, which go along. */
const DOCUMENTS = new Set(['DocumentReference', 'DiagnosticReport', 'QuestionnaireResponse']);

function enclosed(input: RequestInput): Markup {
  const { records, library } = input;
  const words = neededFor(input)
    .evidence.filter((reference) => DOCUMENTS.has(typeOf(reference)))
    .map(records.find)
    .filter((resource) => resource !== undefined)
    .map((resource) => {
      const concept = resource['code'] ?? resource['type'];
      const coding = library.terminology.codings(concept)[0];
      const title =
        text(resource['description']) ??
        text(property(concept, 'text')) ??
        coding?.display ??
        (coding?.key === undefined ? undefined : library.terminology.display(coding.key)) ??
        (resource['resourceType'] === 'QuestionnaireResponse' ? 'Completed form' : 'Document');
      const date =
        text(resource['date']) ??
        text(resource['effectiveDateTime']) ??
        text(property(resource['effectivePeriod'], 'start')) ??
        text(resource['authored']) ??
        text(resource['issued']);
      return joined([title, date === undefined ? undefined : dayWords(date)], ', ') ?? title;
    });
  return words.length === 0 ? NOTHING : section('Enclosed', list([...new Set(words)]));
}

/** As it is written: its hash stands in the page's content security policy. */
const STYLE: Markup = { markup: `<style>${SUMMARY_STYLE}</style>` };

const section = (title: string, body: Markup): Markup =>
  html`<section>
    <h2>${title}</h2>
    ${body}
  </section>`;

const list = (items: readonly string[]): Markup =>
  items.length === 0
    ? NOTHING
    : html`<ul>
        ${items.map((item) => html`<li>${item}</li>`)}
      </ul>`;

/** Pairs of term and words; what is not known is said so. */
const terms = (pairs: readonly (readonly [string, string | undefined])[]): Markup =>
  html`<dl>
    ${pairs.map(
      ([term, words]) =>
        html`<dt>${term}</dt>
          <dd>${words ?? 'not in the record'}</dd>`,
    )}
  </dl>`;

function requested(input: RequestInput): Markup {
  const { determination, planned } = input;
  const service = serviceOf(input);
  const diagnoses = diagnosesOf(input).flatMap(({ diagnosisCodeableConcept }) =>
    (diagnosisCodeableConcept?.coding ?? []).map(({ code, display }) => joined([code, display], ' ')),
  );
  return terms([
    ['Service', service.text],
    [
      'Codes',
      joined(
        (service.coding ?? []).map(({ code }) => code),
        ', ',
      ),
    ],
    ['Diagnoses', joined(diagnoses, '; ')],
    ['Setting', determination.setting === 'unknown' ? undefined : determination.setting],
    ['Planned for', planned],
    ['Order', determination.order],
  ]);
}

function member(input: RequestInput): Markup {
  const { patient, coverage } = partiesOf(input);
  const number =
    objects(coverage?.['identifier']).find(({ type }) => isMemberId(type))?.['value'] ??
    coverage?.['subscriberId'];
  return terms([
    ['Name', nameOf(patient)],
    ['Born', text(patient?.['birthDate'])],
    ['Sex', text(patient?.['gender'])],
    ['Member number', text(number)],
    ['Plan', objects(coverage?.['type']).flatMap((type) => texts(type['text']))[0]],
    ['Payer', input.payer.name],
  ]);
}

function sender(input: RequestInput): Markup {
  const { practitioner, organization } = partiesOf(input);
  return terms([
    ['Practitioner', nameOf(practitioner)],
    ['NPI', npiOf(practitioner)],
    ['Facility', text(organization?.['name'])],
    ['NPI of the facility', npiOf(organization)],
    ['Address', addressOf(organization)],
    ['Phone, fax', joined([telecomOf(organization, 'phone'), telecomOf(organization, 'fax')], ', ')],
  ]);
}

const joined = (parts: readonly (string | undefined)[], by: string): string | undefined => {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join(by);
};

function nameOf(person: JsonObject | undefined): string | undefined {
  const [name] = objects(person?.['name']);
  return (
    text(name?.['text']) ??
    joined([...texts(name?.['given']), text(name?.['family']), ...texts(name?.['suffix'])], ' ')
  );
}

const npiOf = (resource: JsonObject | undefined): string | undefined =>
  text(objects(resource?.['identifier']).find(({ system }) => system === NPI)?.['value']);

function addressOf(resource: JsonObject | undefined): string | undefined {
  const [address] = objects(resource?.['address']);
  return joined(
    [
      ...texts(address?.['line']),
      text(address?.['city']),
      text(address?.['state']),
      text(address?.['postalCode']),
    ],
    ', ',
  );
}

const telecomOf = (resource: JsonObject | undefined, wanted: string): string | undefined =>
  text(objects(resource?.['telecom']).find(({ system }) => system === wanted)?.['value']);

const criteriaTable = (criteria: readonly CriterionResult[]): Markup =>
  criteria.length === 0
    ? html`<p>No indication of the policy was evaluated.</p>`
    : html`<table>
        <thead>
          <tr>
            <th scope="col">Criterion</th>
            <th scope="col">Status</th>
            <th scope="col">Shown by</th>
          </tr>
        </thead>
        <tbody>
          ${criteria.flatMap((criterion) => [row(criterion, ''), ...partsShown(criterion).map((part) => row(part, 'part'))])}
        </tbody>
      </table>`;

/** Where a criterion is met, the parts that meet it: alternatives that do not are beside the point. */
const partsShown = ({ status, criteria }: CriterionResult): readonly CriterionResult[] =>
  status === 'met' ? criteria.filter((part) => part.status === 'met') : criteria;

/** A criterion, or a part of one: what stands below a part is shown by its evidence. */
function row(criterion: CriterionResult, kind: 'part' | ''): Markup {
  const { title, locator, status, criteria } = criterion;
  const hasParts = kind === '' && criteria.length > 0;
  return html`<tr class="${kind}">
    <td>${title} <span class="place">${locator}</span></td>
    <td>${STATUS_WORDS[status]}</td>
    <td>${hasParts ? '' : shownBy(criterion)}</td>
  </tr>`;
}

/**
 * The records that decide, of each leaf one for each thing that it goes by: the latest and the lowest value, one of every
 * regimen. Without the names by which programs know the records: those stand in the request itself.
 */
function shownBy(criterion: CriterionResult): string {
  const below = leaves([criterion]);
  const settled =
    criterion.status === 'unknown' ? below : below.filter(({ status }) => status === criterion.status);
  const shown = settled.flatMap(({ evidence }) => deciding(evidence));
  const [decisive, others] = [shown.filter(isDecisive), shown.filter((item) => !isDecisive(item))];
  return [
    ...new Set(decisive.map(shownWords)),
    ...(others.length === 0
      ? []
      : [`on record, and not deciding: ${[...new Set(others.map(shownWords))].join('; ')}`]),
  ].join('; ');
}

function deciding(evidence: readonly Evidence[]): readonly Evidence[] {
  const decisive = evidence.filter(isDecisive);
  const shown = decisive.length === 0 ? evidence : decisive;
  const first = new Map<string, Evidence>();
  for (const item of shown) {
    const { note, display, value } = item;
    const key = isDecisive(item) ? (note ?? '') : (display ?? value);
    if (!first.has(key)) first.set(key, item);
  }
  return [...first.values()];
}

const shownWords = (item: Evidence): string =>
  evidenceWords(item)
    .slice(item.reference.length + ': '.length)
    .replace(`, ${SHOWN_ALONE}`, '')
    // A value that is no code may be empty: its day and what is noted of it are not.
    .replace(/^, /, '');
