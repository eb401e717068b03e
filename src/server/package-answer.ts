import type { Extension } from 'fhir/r4.js';
import type { DraftContext, DtrVersion } from '../dtr/draft.ts';
import { filledForms as formsFor } from '../dtr/filled-forms.ts';
import type { Issue } from '../fhir/operation-outcome.ts';
import {
  formNamed,
  hasChangedSince,
  packageBundle,
  packageOutput,
  type FilledForm,
  type PackageScope,
} from '../dtr/package.ts';
import { readPackageRequest, wrongParameter, type PackageRequest } from '../dtr/parameters.ts';
import { text, type JsonObject } from '../fhir/json.ts';
import { relativeReference } from '../fhir/reference.ts';
import type { Form } from '../policy/form.ts';
import type { Library } from '../policy/library.ts';
import { bodyValue } from './body.ts';
import type { CallerRecords } from './caller-records.ts';
import type { CallScope } from './hook-call.ts';
import { allForms, filledForms, statementFor } from './kept-forms.ts';
import { evaluateOrders } from './orders-at-hand.ts';
import type { IdentifiedDetermination, KeptForms } from './record-keeping.ts';
import { fhirReply, refusedReply, type Reply, type RequestCall } from './request-call.ts';
import { subjectsNamed } from './subjects-named.ts';

const DEFAULT_VERSION: DtrVersion = '2.0';

/** A form to send, with whom and what its draft is about. */
interface Wanted extends FilledForm {
  readonly coverage: string | undefined;
  readonly orders: readonly string[];
  readonly subject: string | undefined;
  readonly statement?: Extension | undefined;
}

/**
 * The answer to `$questionnaire-package`: the forms of the named determination, else those that the orders need under
 * their coverage, and those named by canonical, each once. What cannot be served is a warning (DTR-Q-06, -07).
 */
export async function packageAnswer(
  { body, asOf }: RequestCall,
  { library, fhirBase: base, newUuid }: CallScope,
  records: Pick<CallerRecords, 'determination' | 'forms' | 'concerns'>,
): Promise<Reply> {
  const scope: PackageScope = { library, base, asOf, newUuid };
  const parameters = bodyValue(body);
  await records.concerns(subjectsNamed(parameters));
  const request = readPackageRequest(parameters);
  if ('issues' in request) return refusedReply(400, request.issues);
  const issues: Issue[] = [];
  const warn = (code: Issue['code'], message: string): void => {
    issues.push({ severity: 'warning', code, text: message });
  };
  const [determination, context] =
    request.context === undefined
      ? []
      : await Promise.all([records.determination(request.context), records.forms(request.context)]);
  const isOther = (coverage: JsonObject): boolean =>
    determination !== undefined && ![undefined, determination.patient].includes(patientOf(coverage));
  if (request.coverages.some(isOther))
    return refusedReply(400, [
      wrongParameter('coverage', 'the coverage is of another patient than the determination of this context'),
    ]);
  const version = request.version ?? context?.version ?? DEFAULT_VERSION;
  const wanted: Wanted[] = [];
  if (determination !== undefined && context !== undefined)
    wanted.push(...ofDetermination(determination, context, version, library, warn));
  else if (request.context !== undefined) warn('not-found', 'no determination with this context is kept');
  // What a determination says of its order is not asked again.
  const orders = determination === undefined ? request.orders : [];
  for (const coverage of orders.length === 0 ? [] : request.coverages)
    wanted.push(...(await ofOrders(orders, coverage, request, scope, warn)));
  wanted.push(...named(request, determination, wanted, library, warn));

  const once = [...new Map(wanted.map((item) => [canonicalKey(item.form), item] as const)).values()];
  const changed = once.filter(({ form }) => hasChangedSince(form, request.changedSince));
  const bundles = changed.map((item) => {
    const about = aboutOf(item, version, asOf);
    if (typeof about === 'string')
      warn('incomplete', `${about}: ${item.form.id} comes without a draft response`);
    return packageBundle(item, typeof about === 'string' ? undefined : about, version, scope);
  });
  return fhirReply(200, packageOutput(bundles, issues, version), { packages: bundles.length });
}

/** What a draft is about, or why there is none: until 2.1 it names a coverage and an order, from 2.2 on a coverage. */
function aboutOf(
  { subject, coverage, orders, statement }: Wanted,
  version: DtrVersion,
  asOf: string,
): DraftContext | string {
  if (subject === undefined) return 'no coverage names the patient';
  if (coverage === undefined) return 'the coverage has no id';
  if (version !== '2.2' && orders.length === 0) return 'no order is named';
  return { version, subject, coverage, orders, authored: asOf, statement };
}

const canonicalKey = ({ id, policy }: Form): string => `${id}|${policy.version}`;

type Warn = (code: Issue['code'], message: string) => void;

function ofDetermination(
  { coverage, order, patient }: IdentifiedDetermination,
  context: KeptForms,
  version: DtrVersion,
  library: Library,
  warn: Warn,
): readonly Wanted[] {
  const forms = filledForms(context, library);
  const statement = statementFor(context, version);
  if (forms.length === 0) warn('informational', 'the determination of this context asks for no documents');
  return forms.map((form) => ({ ...form, coverage, orders: [order], subject: patient, statement }));
}

/** Forms that were asked for by name, filled in where the same form is already. */
function named(
  { questionnaires, coverages, orders }: PackageRequest,
  determination: IdentifiedDetermination | undefined,
  wanted: readonly Wanted[],
  library: Library,
  warn: Warn,
): readonly Wanted[] {
  const [coverage] = coverages;
  return questionnaires.flatMap((canonical) => {
    const form = formNamed(canonical, allForms(library));
    if (form === undefined) {
      warn('not-found', `no questionnaire ${shown(canonical)} is served here`);
      return [];
    }
    const known = wanted.find((item) => canonicalKey(item.form) === canonicalKey(form));
    return known !== undefined
      ? [known]
      : [
          {
            form,
            answers: [],
            coverage: determination?.coverage ?? referenceOf(coverage),
            orders:
              determination === undefined
                ? orders.flatMap((order) => referenceOf(order) ?? [])
                : [determination.order],
            subject: determination?.patient ?? patientOf(coverage),
          },
        ];
  });
}

const shown = (canonical: string): string =>
  canonical.length > 200 ? `${canonical.slice(0, 200)}…` : canonical;

const referenceOf = (resource: JsonObject | undefined): string | undefined => {
  const type = text(resource?.['resourceType']);
  const id = text(resource?.['id']);
  return type === undefined || id === undefined ? undefined : `${type}/${id}`;
};

const patientOf = (coverage: JsonObject | undefined): string | undefined =>
  relativeReference(coverage?.['beneficiary']);

/** The forms that orders need under a coverage, decided from what the request itself holds. */
async function ofOrders(
  orders: readonly JsonObject[],
  coverage: JsonObject,
  { referenced }: PackageRequest,
  { library, asOf, newUuid }: PackageScope,
  warn: Warn,
): Promise<readonly Wanted[]> {
  const patient = patientOf(coverage);
  if (patient?.startsWith('Patient/') !== true) {
    warn('not-supported', 'the coverage does not name its patient as beneficiary');
    return [];
  }
  const evaluation = await evaluateOrders(
    {
      patient,
      orders,
      prefetch: {
        coverage: [coverage],
        ...Object.fromEntries(referenced.map((resource, index) => [`referenced${index}`, resource])),
      },
      hookInstance: newUuid(),
      version: '2.0',
    },
    library,
    asOf,
  );
  if ('lacking' in evaluation) {
    warn('not-supported', `the coverage is not understood: ${evaluation.lacking}`);
    return [];
  }
  const { chart, determinations } = evaluation;
  const found = determinations.flatMap(({ determination, governed }): readonly Wanted[] =>
    chart === undefined
      ? []
      : formsFor(determination, governed.policy, { chart, order: governed.order, library, asOf }).map(
          (form) => ({
            ...form,
            coverage: determination.coverage,
            orders: [determination.order],
            subject: patient,
          }),
        ),
  );
  for (const order of orders) {
    const reference = referenceOf(order);
    if (!found.some((item) => reference !== undefined && item.orders.includes(reference)))
      warn(
        'not-supported',
        `no questionnaire is needed for ${reference ?? 'an order without an id'} under this coverage, or it is not understood`,
      );
  }
  return found;
}
