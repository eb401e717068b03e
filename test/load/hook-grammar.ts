import fc from 'fast-check';
import { HOOKS } from '../../src/crd/hook-request.ts';
import { library } from '../server/service.ts';

/**
 * Hook requests by a grammar: each production mostly gives what the specifications ask for, and now and then something
 * else in its place, so that the mistakes stand at every depth of requests that are otherwise right.
 */

type Json = Readonly<Record<string, unknown>>;

const PATIENT = 'patient-1';

/** Every code of every value set, and those that name a product, which would else be drawn too seldom. */
const coding = (key: string, display: string): Json => {
  const [system, code] = key.split('|');
  return { system, code, display };
};
const codingsOf = (sets: readonly string[]): readonly Json[] =>
  sets.flatMap((set) =>
    [...(library.terminology.valueSets.get(set)?.concepts ?? [])].map(([key, display]) =>
      coding(key, display),
    ),
  );
const CONCEPTS = codingsOf([...library.terminology.valueSets.keys()]);
/** Payers, each with the codes of what it governs, so that orders and coverages fit often enough. */
const PAYERS = [...library.payers.values()].map((payer) => {
  const ids = new Set(
    library.policies.filter((policy) => policy.payer === payer.id).flatMap(({ products }) => products),
  );
  const products = library.products.products.filter((product) => ids.has(product.id));
  return { payer, codes: codingsOf(products.flatMap(({ codes }) => codes)) };
});
type PayerWithCodes = (typeof PAYERS)[number];

const noise: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    [],
    {},
    [null],
    -1,
    1e308,
    true,
    '2026-02-30',
    'x'.repeat(3000),
    '\u0000',
    '\uD800',
    { reference: '#' },
    { reference: `Patient/somebody-else` },
    JSON.parse('{"__proto__": {"code": "x"}, "__path__": {"path": "Patient"}}'),
  ),
);

/** Mostly the first. */
const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<unknown> = noise): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 120, arbitrary: usual }, { weight: 1, arbitrary: other });
/** An object of whose elements each may be missing or wrong. */
const element = (
  elements: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  required: readonly string[] = [],
): fc.Arbitrary<unknown> =>
  mostly(
    fc.record(Object.fromEntries(Object.entries(elements).map(([name, value]) => [name, mostly(value)])), {
      requiredKeys: [...required],
    }),
  );
/** One of several productions, all made once: making them anew for each request costs more than the request. */
const eachOf = (
  names: readonly string[],
  made: (name: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> => fc.oneof(...names.map(made));
const one = (...values: readonly unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(...values);
const few = (item: fc.Arbitrary<unknown>, least = 0, most = 3): fc.Arbitrary<unknown> =>
  mostly(fc.array(item, { minLength: least, maxLength: most }), item);

const id = fc.oneof(
  fc.nat(30).map((count) => `r${count}`),
  fc.string({ maxLength: 80 }),
);
const date = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(2025, 2026) },
      { weight: 1, arbitrary: fc.integer({ min: 1930, max: 2031 }) },
    ),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 31 }),
    fc.nat(4),
  )
  .map(([year, month, day, precision]) => {
    const two = (part: number): string => String(part).padStart(2, '0');
    return [
      `${year}`,
      `${year}-${two(month)}`,
      `${year}-${two(month)}-${two(day)}`,
      `${year}-${two(month)}-${two(day)}T10:00:00Z`,
      `${year}-${two(month)}-${two(day)}T23:59:60.5+14:00`,
    ][precision];
  });
const concept = (codings: readonly unknown[]): fc.Arbitrary<unknown> =>
  element({ coding: few(one(...codings), 1, 3), text: fc.string({ maxLength: 40 }) }, ['coding']);
const anyConcept = concept([...CONCEPTS, { system: 'urn:oid:2.16.840.1.113883.6.88', code: '1191' }]);
const period = element({ start: date, end: date });
const quantity = element(
  {
    value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(100)),
    unit: one('mg/dL', 'g/dL', '%', 'mL/min', 'years'),
    system: fc.constant('http://unitsofmeasure.org'),
    code: one('mg/dL', 'g/dL', '%', 'mL/min', 'a', 'furlong'),
    comparator: one('<', '>=', '~'),
  },
  ['value', 'code', 'system'],
);
const reference = (types: readonly string[]): fc.Arbitrary<unknown> =>
  element(
    {
      reference: fc.tuple(one(...types), id).map(([type, name]) => `${String(type)}/${name}`),
      display: fc.string({ maxLength: 30 }),
      identifier: element({ system: fc.webUrl(), value: fc.string({ maxLength: 20 }) }),
    },
    ['reference'],
  );
const subject = fc.oneof(
  { weight: 20, arbitrary: fc.constant({ reference: `Patient/${PATIENT}` }) },
  { weight: 1, arbitrary: reference(['Patient', 'Group']) },
);
const extension = few(
  element({ url: fc.webUrl(), valueString: fc.string(), valueCode: id, extension: noise }),
);
const status = one(
  ...[
    'draft',
    'active',
    'completed',
    'final',
    'amended',
    'stopped',
    'on-hold',
    'entered-in-error',
    'not-done',
    'unknown',
  ],
);

const choices = {
  effectiveDateTime: date,
  effectivePeriod: period,
  performedDateTime: date,
  onsetDateTime: date,
};
const clinical = eachOf(
  [
    ...[
      'Condition',
      'Observation',
      'Procedure',
      'MedicationAdministration',
      'MedicationStatement',
      'DiagnosticReport',
    ],
    ...[
      'MedicationRequest',
      'DocumentReference',
      'QuestionnaireResponse',
      'Encounter',
      'EpisodeOfCare',
      'CarePlan',
    ],
    ...['Patient', 'FamilyMemberHistory', 'Medication', 'Goal'],
  ],
  (resourceType) =>
    element(
      {
        resourceType: fc.constant(resourceType),
        id,
        status,
        subject,
        patient: subject,
        code: anyConcept,
        category: few(anyConcept),
        clinicalStatus: anyConcept,
        verificationStatus: concept([{ code: 'confirmed' }, { code: 'refuted' }, { code: 'provisional' }]),
        medicationCodeableConcept: anyConcept,
        medicationReference: reference(['Medication']),
        valueQuantity: quantity,
        valueCodeableConcept: anyConcept,
        valueString: fc.string({ maxLength: 40 }),
        component: few(element({ code: anyConcept, valueQuantity: quantity })),
        interpretation: few(anyConcept),
        hasMember: few(reference(['Observation'])),
        partOf: few(reference(['Procedure'])),
        encounter: reference(['Encounter']),
        item: few(
          element({ linkId: id, answer: few(element({ valueBoolean: fc.boolean(), valueDate: date })) }),
        ),
        birthDate: date,
        authored: date,
        authoredOn: date,
        recordedDate: date,
        issued: date,
        ...choices,
        meta: element({ lastUpdated: date, versionId: id }),
        extension,
        contained: few(noise),
      },
      ['resourceType', 'id', 'subject', 'status', 'code'],
    ),
);

const patient = element({ resourceType: fc.constant('Patient'), id: fc.constant(PATIENT), birthDate: date }, [
  'resourceType',
  'id',
  'birthDate',
]);
const coverage = ({ payer: { name, identifiers } }: PayerWithCodes): fc.Arbitrary<unknown> =>
  element(
    {
      resourceType: fc.constant('Coverage'),
      id,
      status: one('active', 'active', 'active', 'active', 'cancelled'),
      beneficiary: fc.constant({ reference: `Patient/${PATIENT}` }),
      payor: few(
        fc.oneof(
          {
            weight: 9,
            arbitrary: element({ display: fc.constant(name), identifier: one(...identifiers, null) }, [
              'display',
            ]),
          },
          { weight: 1, arbitrary: reference(['Organization']) },
        ),
        1,
        2,
      ),
      period: fc.oneof(
        { weight: 4, arbitrary: one({ start: '2020-01-01' }) },
        { weight: 1, arbitrary: period },
      ),
      order: fc.nat(3),
      class: few(
        element({ type: anyConcept, value: fc.string(), name: one('Medicare Advantage PPO', 'HMO') }),
      ),
      type: anyConcept,
    },
    ['resourceType', 'id', 'status', 'beneficiary', 'payor'],
  );

const order = ({ codes }: PayerWithCodes): fc.Arbitrary<unknown> =>
  eachOf(
    ['MedicationRequest', 'MedicationRequest', 'ServiceRequest', 'DeviceRequest', 'Task'],
    (resourceType) =>
      element(
        {
          resourceType: fc.constant(resourceType),
          id,
          status: one('draft', 'draft', 'draft', 'draft', 'active', 'revoked', 'entered-in-error'),
          intent: one('order', 'plan', 'proposal'),
          doNotPerform: one(false, false, false, true),
          subject,
          medicationCodeableConcept: concept([...codes, ...codes, { code: 'aspirin' }]),
          code: concept([...codes, { code: '80053' }]),
          codeCodeableConcept: concept([...codes, { code: 'x' }]),
          medicationReference: reference(['Medication', '#contained']),
          contained: few(
            element({
              resourceType: fc.constant('Medication'),
              id,
              code: concept([...codes, { code: 'x' }]),
            }),
          ),
          authoredOn: date,
          occurrenceDateTime: date,
          occurrencePeriod: period,
          dosageInstruction: few(element({ timing: element({ event: few(date) }) })),
          encounter: reference(['Encounter']),
          insurance: few(reference(['Coverage'])),
          reasonCode: few(anyConcept),
          reasonReference: few(reference(['Condition'])),
          basedOn: few(reference(['ServiceRequest', 'MedicationRequest'])),
          extension,
        },
        [
          'resourceType',
          'id',
          'status',
          'subject',
          resourceType === 'MedicationRequest' ? 'medicationCodeableConcept' : 'code',
        ],
      ),
  );

const bundle = (resource: fc.Arbitrary<unknown>, least: number, most: number): fc.Arbitrary<unknown> =>
  element(
    {
      resourceType: fc.constant('Bundle'),
      type: one('collection', 'searchset', 'transaction'),
      entry: few(
        element(
          { fullUrl: fc.webUrl(), resource, search: element({ mode: one('match', 'include', 'outcome') }) },
          ['resource'],
        ),
        least,
        most,
      ),
      link: fc.oneof(
        { weight: 9, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: few(element({ relation: one('self', 'next'), url: fc.webUrl() })) },
      ),
      total: fc.integer(),
    },
    ['resourceType', 'entry'],
  );
const outcome = element(
  {
    resourceType: fc.constant('OperationOutcome'),
    issue: few(element({ severity: one('error', 'information'), code: id })),
  },
  ['resourceType'],
);

const KEYS = [
  'patient',
  'coverage',
  'encounter',
  'chart',
  'conditions',
  'x',
  ...library.queries.map(({ key }) => key),
];
const prefetch = (payer: PayerWithCodes): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      patient,
      bundle(coverage(payer), 1, 2),
      fc.dictionary(
        fc.constantFrom(...KEYS),
        fc.oneof(bundle(clinical, 0, 4), outcome, clinical, one(null)),
        {
          maxKeys: 3,
        },
      ),
    )
    .map(([known, covered, rest]) => ({ patient: known, coverage: covered, ...rest }));

const orderReference = fc
  .tuple(one('MedicationRequest', 'ServiceRequest'), id)
  .map(([type, name]) => `${String(type)}/${name}`);
const context = (payer: PayerWithCodes): fc.Arbitrary<unknown> =>
  element(
    {
      userId: one('Practitioner/1', 'PractitionerRole/1'),
      patientId: one(PATIENT, PATIENT, `Patient/${PATIENT}`),
      encounterId: fc.constant('r1'),
      draftOrders: bundle(order(payer), 1, 3),
      selections: few(orderReference),
      dispatchedOrders: few(orderReference),
      order: orderReference,
      performer: one('Organization/1'),
      appointments: bundle(
        element(
          {
            resourceType: fc.constant('Appointment'),
            id,
            status,
            start: date,
            basedOn: few(reference(['MedicationRequest'])),
            participant: noise,
          },
          ['resourceType', 'id'],
        ),
        0,
        2,
      ),
    },
    [
      'userId',
      'patientId',
      'encounterId',
      'draftOrders',
      'selections',
      'dispatchedOrders',
      'performer',
      'appointments',
    ],
  );

const configuration = fc.dictionary(
  one('coverage-info', 'determination-card', 'max-cards', 'propose-alternate', 'unknown').map(String),
  fc.oneof(fc.boolean(), fc.integer(), noise),
);

/** @param servers base URLs for `fhirServer` */
const hookRequest = (servers: readonly (string | null)[], payer: PayerWithCodes): fc.Arbitrary<unknown> =>
  element(
    {
      hook: one(...HOOKS, 'order-sign', 'order-sign', 'order-sign'),
      hookInstance: fc.uuid(),
      fhirServer: one(...servers),
      fhirAuthorization: element(
        {
          access_token: id,
          token_type: fc.constant('Bearer'),
          expires_in: fc.nat(),
          scope: fc.string(),
          subject: id,
        },
        ['access_token', 'token_type', 'expires_in', 'scope', 'subject'],
      ),
      context: context(payer),
      prefetch: prefetch(payer),
      extension: element({
        'davinci-crd.requestedVersion': one('2.0', '2.0', '2.1', '2.1', '2.2', '2.2', '2.2', '3.0'),
        'davinci-crd.configuration': configuration,
      }),
    },
    ['hook', 'hookInstance', 'context', 'prefetch'],
  );

/** A request on the wire. */
export interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The value that was written, before the text was damaged. */
  readonly value: unknown;
  readonly text: string;
}

/** Text that was cut off, changed in one place, marked by a BOM, or nested too deep. */
const damaged = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(Math.max(0, text.length - 1)), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([at, kind, by]) => {
      switch (kind) {
        case 0:
          return text.slice(0, at);
        case 1:
          return text.slice(0, at) + by + text.slice(at + 1);
        case 2:
          return `\uFEFF${text}`;
        default:
          return text.slice(0, at) + '['.repeat(300) + text.slice(at);
      }
    });

export const sent = (servers: readonly (string | null)[]): fc.Arbitrary<Sent> =>
  fc
    .tuple(mostly(fc.oneof(...PAYERS.map((payer) => hookRequest(servers, payer)))), fc.nat(19))
    .chain(([value, kind]) => {
      const text = JSON.stringify(value);
      return fc.record({
        value: fc.constant(value),
        text: kind === 0 ? damaged(text) : fc.constant(text),
        path: fc.oneof(
          { weight: 6, arbitrary: fc.constant(pathFor(value)) },
          { weight: 3, arbitrary: fc.constant('/determinations') },
          {
            weight: 1,
            arbitrary: fc.constantFrom('/cds-services/none', '/cds-services/order-sign/feedback', '/%', '/'),
          },
        ),
        headers: fc.record(
          {
            'content-type': fc.oneof(
              { weight: 30, arbitrary: fc.constant('application/json') },
              {
                weight: 1,
                arbitrary: fc.constantFrom(
                  'application/fhir+json',
                  'text/plain',
                  'application/json; charset=latin1',
                  '',
                ),
              },
            ),
            accept: fc.constantFrom('application/json', 'application/fhir+json', 'text/html', '*/*;q=x'),
            'x-as-of': fc.constantFrom(
              ...Array.from({ length: 20 }, () => '2026-03-02'),
              '2026-03-02',
              '2026-03-02',
              '2026-03-02',
              '2026-02-30',
              '0000-01-01',
              '9999-12-31',
            ),
          },
          { requiredKeys: ['content-type'] },
        ),
      });
    });

const pathFor = (value: unknown): string => {
  const hook = (value as { readonly hook?: unknown } | null)?.hook;
  return HOOKS.some((served) => served === hook)
    ? `/cds-services/${String(hook)}`
    : '/cds-services/order-sign';
};

/** What a FHIR server answers that nobody can rely on, and a status for it. */
export const reply: fc.Arbitrary<{ readonly status: number; readonly text: string }> = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 404, 400, 401, 500, 503, 204, 302),
  text: fc.oneof(
    {
      weight: 4,
      arbitrary: bundle(fc.oneof(clinical, ...PAYERS.map(coverage)), 0, 2).map((value) =>
        JSON.stringify(value),
      ),
    },
    {
      weight: 2,
      arbitrary: fc.oneof(clinical, ...PAYERS.map(coverage), outcome).map((value) => JSON.stringify(value)),
    },
    { weight: 1, arbitrary: fc.constantFrom('', '<html></html>', '{', 'null', '[]') },
  ),
});
