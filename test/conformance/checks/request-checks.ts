import { isObject, objects, property, text, texts } from '../../../src/fhir/json.ts';
import { blank, isPlainId, isReference, isUuid, items, need, opt, present } from './json-field.ts';
import { profileProblems } from './profile.ts';
import type { Exchange, ExchangeCheck, Problem, Version } from './finding.ts';

/** B, C and D: whether the tester's own body is a request that the answer can be judged by. */

/** order types of CDS Hooks as the suite counts them: CommunicationRequest is not among them. */
export const ORDER_TYPES: readonly string[] = [
  'DeviceRequest',
  'MedicationRequest',
  'NutritionOrder',
  'ServiceRequest',
  'VisionPrescription',
];

const context = ({ request }: Exchange): unknown => property(request, 'context');
const authorization = ({ request }: Exchange): unknown => property(request, 'fhirAuthorization');
const wrong = (message: string, path: string): readonly Problem[] => [{ message, path }];

export const REQUEST_CHECKS: Readonly<Record<string, ExchangeCheck>> = {
  B1: ({ request }) => [
    ...need(request, 'hook', 'string', '$'),
    ...need(request, 'hookInstance', 'string', '$'),
    ...need(request, 'context', 'object', '$'),
  ],
  B2: ({ request, hook }) => (property(request, 'hook') === hook ? [] : wrong(`is not ${hook}`, '$.hook')),
  B3: ({ request }) =>
    property(request, 'fhirAuthorization') !== undefined && blank(property(request, 'fhirServer'))
      ? wrong('is missing beside fhirAuthorization', '$.fhirServer')
      : [],
  B4: ({ request }) =>
    isUuid(property(request, 'hookInstance')) ? [] : wrong('is not a UUID', '$.hookInstance'),
};

type Fields = readonly (readonly [string, Parameters<typeof need>[2]])[];

const ORDER_DISPATCH: Readonly<Record<Version, Fields>> = {
  // Hook version 1.0 in the suite, 1.1 in CRD 2.2.
  '2.0.1': [
    ['patientId', 'string'],
    ['order', 'string'],
    ['performer', 'string'],
  ],
  '2.2.1': [
    ['patientId', 'string'],
    ['dispatchedOrders', 'array'],
    ['performer', 'string'],
  ],
};

/** Required fields of a hook's context, where the check is of that hook. */
const fields =
  (hooks: readonly string[], required: Fields | Readonly<Record<Version, Fields>>): ExchangeCheck =>
  (exchange) => {
    if (!hooks.includes(exchange.hook)) return [];
    const list = Array.isArray(required)
      ? (required as Fields)
      : (required as Readonly<Record<Version, Fields>>)[exchange.version];
    return list.flatMap(([field, type]) => need(context(exchange), field, type, '$.context'));
  };

const bundleName = (hook: string): string | undefined =>
  hook === 'appointment-book'
    ? 'appointments'
    : hook === 'order-sign' || hook === 'order-select'
      ? 'draftOrders'
      : undefined;

const bundleTypes = (hook: string): readonly string[] =>
  hook === 'appointment-book' ? ['Appointment'] : ORDER_TYPES;

/** The resources in the Bundle of a hook's context, each with its path. */
function entries(exchange: Exchange): readonly { resource: unknown; path: string }[] {
  const name = bundleName(exchange.hook);
  if (name === undefined) return [];
  const bundle = property(context(exchange), name);
  return items(property(bundle, 'entry'), `$.context.${name}.entry`).map(({ item, path }) => ({
    resource: property(item, 'resource'),
    path: `${path}.resource`,
  }));
}

const expected = (exchange: Exchange) =>
  entries(exchange).filter(({ resource }) =>
    bundleTypes(exchange.hook).includes(String(property(resource, 'resourceType'))),
  );

const nameOf = (resource: unknown): string =>
  `${String(property(resource, 'resourceType'))}/${String(property(resource, 'id'))}`;

/** `Type/id` of every resource in the Bundle of the context. */
export const contextReferences = (exchange: Exchange): readonly string[] =>
  entries(exchange).map(({ resource }) => nameOf(resource));

const USER_TYPES = ['Practitioner', 'PractitionerRole'];

export const CONTEXT_CHECKS: Readonly<Record<string, ExchangeCheck>> = {
  C1: fields(
    ['appointment-book'],
    [
      ['userId', 'string'],
      ['patientId', 'string'],
      ['appointments', 'object'],
    ],
  ),
  C2: fields(
    ['encounter-start', 'encounter-discharge'],
    [
      ['userId', 'string'],
      ['patientId', 'string'],
      ['encounterId', 'string'],
    ],
  ),
  C3: fields(
    ['order-select'],
    [
      ['userId', 'string'],
      ['patientId', 'string'],
      ['selections', 'array'],
      ['draftOrders', 'object'],
    ],
  ),
  C4: fields(
    ['order-sign'],
    [
      ['userId', 'string'],
      ['patientId', 'string'],
      ['draftOrders', 'object'],
    ],
  ),
  C5: fields(['order-dispatch'], ORDER_DISPATCH),
  C6: (exchange) => {
    const { hook } = exchange;
    if (hook === 'order-dispatch') {
      const tasks = [
        ...objects(property(context(exchange), 'task')),
        ...objects(property(context(exchange), 'fulfillmentTasks')),
      ];
      return tasks
        .filter(({ resourceType }) => resourceType !== 'Task')
        .flatMap(() => wrong('is not a Task', '$.context.task'));
    }
    return hook.startsWith('encounter') ? [] : opt(context(exchange), 'encounterId', 'string', '$.context');
  },
  C7: (exchange) => {
    const { hook } = exchange;
    if (hook === 'order-dispatch') return [];
    const user = property(context(exchange), 'userId');
    const types = hook === 'appointment-book' ? [...USER_TYPES, 'Patient', 'RelatedPerson'] : USER_TYPES;
    return isReference(user) && types.includes(user.split('/')[0] ?? '')
      ? []
      : wrong(`is not a reference to ${types.join(' or ')}`, '$.context.userId');
  },
  C8: (exchange) =>
    ['patientId', 'encounterId']
      .filter((field) => property(context(exchange), field) !== undefined)
      .filter((field) => !isPlainId(property(context(exchange), field)))
      .flatMap((field) => wrong('is not a plain id', `$.context.${field}`)),
  C9: (exchange) => {
    const name = bundleName(exchange.hook);
    if (name === undefined) return [];
    const bundle = property(context(exchange), name);
    const path = `$.context.${name}`;
    return [
      ...(property(bundle, 'resourceType') === 'Bundle' ? [] : wrong('is not a Bundle', path)),
      ...entries(exchange)
        .filter(({ resource }) => !present(property(resource, 'id')))
        .flatMap((entry) => wrong('has no id', `${entry.path}.id`)),
      ...(expected(exchange).length > 0
        ? []
        : wrong(`has no ${bundleTypes(exchange.hook).join(', ')}`, path)),
    ];
  },
  C10: (exchange) =>
    exchange.hook !== 'appointment-book'
      ? []
      : expected(exchange)
          .filter(({ resource }) => property(resource, 'status') !== 'proposed')
          .flatMap(({ path }) => wrong('is not proposed', `${path}.status`)),
  C11: (exchange) =>
    expected(exchange).flatMap(({ resource, path }) =>
      profileProblems(resource, exchange.version).map((problem) => ({
        message: `${problem.message} (${problem.path})`,
        path,
      })),
    ),
  C12: (exchange) => {
    if (exchange.hook !== 'order-select') return [];
    const drafts = contextReferences(exchange);
    return items(property(context(exchange), 'selections'), '$.context.selections')
      .filter(
        ({ item }) =>
          !isReference(item) || !ORDER_TYPES.includes(item.split('/')[0] ?? '') || !drafts.includes(item),
      )
      .flatMap(({ path }) => wrong('is not an order of draftOrders', path));
  },
  C13: (exchange) => {
    if (exchange.hook !== 'order-dispatch') return [];
    const orders = [
      ...texts(property(context(exchange), 'order')),
      ...texts(property(context(exchange), 'dispatchedOrders')),
    ];
    return [
      ...orders
        .filter((order) => !isReference(order) || !ORDER_TYPES.includes(order.split('/')[0] ?? ''))
        .flatMap(() => wrong('is not a reference to an order', '$.context.order')),
      ...(isReference(property(context(exchange), 'performer'))
        ? []
        : wrong('is not a reference', '$.context.performer')),
    ];
  },
};

const OWN_FIELDS = ['fhirServer', 'fhirAuthorization', 'prefetch'];
const AUTHORIZATION_FIELDS = ['access_token', 'token_type', 'scope', 'subject'];

/** Each says so when it is absent; none of them fails the group. */
export const OPTIONAL_REQUEST_CHECKS: Readonly<Record<string, ExchangeCheck>> = {
  D1: ({ request }) =>
    (
      [
        ['fhirServer', 'string'],
        ['fhirAuthorization', 'object'],
        ['prefetch', 'object'],
      ] as const
    ).flatMap(([field, type]) => {
      const value = property(request, field);
      return value === undefined || value === null
        ? [{ message: 'is absent', path: `$.${field}`, level: 'info' as const }]
        : need(request, field, type, '$');
    }),
  D2: ({ request }) =>
    Object.entries(isObject(request) ? request : {})
      .filter(([field]) => !OWN_FIELDS.includes(field))
      .filter(([, value]) => blank(value))
      .flatMap(([field]) => wrong('is blank', `$.${field}`)),
  D3: (exchange) => {
    const given = authorization(exchange);
    if (given === undefined) return [];
    return [
      ...AUTHORIZATION_FIELDS.flatMap((field) => need(given, field, 'string', '$.fhirAuthorization')),
      ...need(given, 'expires_in', 'integer', '$.fhirAuthorization'),
      ...Object.entries(isObject(given) ? given : {})
        .filter(([, value]) => blank(value))
        .flatMap(([field]) => wrong('is blank', `$.fhirAuthorization.${field}`)),
    ];
  },
  D4: (exchange) => {
    const type = property(authorization(exchange), 'token_type');
    return type === undefined || type === 'Bearer'
      ? []
      : wrong('is not Bearer', '$.fhirAuthorization.token_type');
  },
  D5: (exchange) =>
    (text(property(authorization(exchange), 'scope')) ?? '').includes('patient/') &&
    property(authorization(exchange), 'patient') === undefined
      ? [{ message: 'is absent beside patient/ scopes', path: '$.fhirAuthorization.patient', level: 'info' }]
      : [],
};
