import type { DressedCard } from '../crd/card.ts';
import type { SystemAction } from '../crd/coverage-updates.ts';
import type { Determination } from '../engine/determination.ts';
import type { DeterminedCourse } from '../engine/patient-course.ts';
import { isObject, objects, property, text, type JsonObject } from '../fhir/json.ts';

/** What the page asks of the service that served it. Paths are relative: the service may stand under any path. */

/** An answer other than 200, in the service's own words; or none at all, when it cannot be reached. */
export class ApiProblem extends Error {
  /** HTTP status; undefined: there was no answer. */
  readonly status: number | undefined;
  readonly code: string;
  /** The place in the request that it is about. */
  readonly path: string | undefined;
  /** Everything that is wrong, where the service lists it: sentences, the first of them the message. */
  readonly issues: readonly string[];

  constructor(
    status: number | undefined,
    code: string,
    message: string,
    path?: string,
    issues: readonly string[] = [message],
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = path;
    this.issues = issues;
  }
}

/** A CDS Hooks request as JSON: a fixture's, one that the page made, or one that was pasted. */
export type HookBody = JsonObject;

/** CDS Hooks 2.0.1, "CDS Service Response", as order-sign answers it. */
export interface HookAnswer {
  readonly cards: readonly DressedCard[];
  readonly systemActions?: readonly SystemAction[];
}

/** One call as it went over the wire: for the reader who integrates. */
export interface Exchange {
  readonly path: string;
  readonly request: HookBody;
  /** Beside `content-type`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly answer: HookAnswer;
  readonly milliseconds: number;
}

export type StoredDetermination = Determination & { readonly id: string };

/** The chart of a patient, as far as it can be read. */
export interface ChartReading {
  /** Type `collection`. */
  readonly bundle: JsonObject;
  readonly unread: readonly { readonly resourceType: string; readonly reason: string }[];
}

export interface ChartQuestion {
  readonly fhirServer: string;
  readonly patientId: string;
  /** Bearer token for the FHIR server: held in memory, sent with the request, kept nowhere. */
  readonly token?: string | undefined;
}

/** One entry of CDS Hooks feedback (2.0.1, "Feedback"). */
export type Feedback = {
  readonly card: string;
  /** RFC 3339. */
  readonly outcomeTimestamp: string;
} & (
  | { readonly outcome: 'accepted'; readonly acceptedSuggestions: readonly { readonly id: string }[] }
  | {
      readonly outcome: 'overridden';
      readonly overrideReason?: {
        readonly reason?: { readonly code: string; readonly system: string; readonly display: string };
        readonly userComment?: string;
      };
    }
);

/** What there is to choose from, as the service has it loaded. */
export interface OrderChoices {
  /** Names of the sandbox's patients. */
  readonly patients: readonly string[];
  readonly products: readonly ProductChoice[];
  readonly settings: readonly SettingChoice[];
  readonly payers: readonly PayerChoice[];
  readonly lines: readonly LineChoice[];
}

/** A patient of the sandbox, and what is ordered for them; ids are of the other choices. */
export interface PatientChoice {
  readonly name: string;
  readonly patient: string;
  readonly gender?: string;
  /** FHIR date, as `signedOn` and `planned` are. */
  readonly birthDate?: string;
  readonly story: string;
  readonly signedOn?: string;
  /** The CAR-T orders among the drafts, by `Type/id`. */
  readonly orders: readonly string[];
  readonly product?: string;
  readonly setting?: string;
  readonly payer?: string;
  readonly line?: string;
  readonly planned?: string;
}

export interface ProductChoice {
  readonly id: string;
  readonly brand: string;
  readonly generic: string;
  /** FHIR Coding. */
  readonly coding: JsonObject;
  /** Every code that names it, as `system|code`. */
  readonly codes: readonly string[];
}

export interface SettingChoice {
  readonly id: 'inpatient' | 'outpatient';
  /** `Encounter.class`. */
  readonly class: JsonObject;
}

export interface PayerChoice {
  readonly id: string;
  readonly name: string;
  readonly identifiers: readonly JsonObject[];
}

export interface LineChoice {
  readonly id: string;
  readonly name: string;
  /** `Coverage.type` that says this line alone. */
  readonly type: JsonObject;
}

export const ORDER_SIGN = 'cds-services/order-sign';

/** Calls order-sign as an EHR does. @param asOf a FHIR date in place of today, which sandbox mode takes @throws ApiProblem */
export async function signOrder(
  request: HookBody,
  asOf: string | undefined,
  signal?: AbortSignal,
): Promise<Exchange> {
  const headers: Record<string, string> = asOf === undefined ? {} : { 'x-as-of': asOf };
  const started = performance.now();
  const { status, body } = await send('POST', ORDER_SIGN, request, headers, signal);
  const milliseconds = performance.now() - started;
  return { path: ORDER_SIGN, request, headers, status, answer: body as HookAnswer, milliseconds };
}

/** @throws ApiProblem */
export async function determinationById(id: string, signal?: AbortSignal): Promise<StoredDetermination> {
  return (await send('GET', `determinations/${encodeURIComponent(id)}`, undefined, {}, signal))
    .body as StoredDetermination;
}

/** @throws ApiProblem */
export async function sendFeedback(feedback: readonly Feedback[]): Promise<void> {
  await send('POST', `${ORDER_SIGN}/feedback`, { feedback });
}

/** The chart through the service, which alone may call other hosts. @throws ApiProblem */
export async function readChart(question: ChartQuestion, signal?: AbortSignal): Promise<ChartReading> {
  return (await send('POST', 'workbench/chart', question, {}, signal)).body as ChartReading;
}

/** The patient's course behind each determination of a call. @throws ApiProblem */
export async function readCourses(
  { request, headers }: Pick<Exchange, 'request' | 'headers'>,
  signal?: AbortSignal,
): Promise<readonly DeterminedCourse[]> {
  const { body } = await send('POST', 'workbench/course', request, headers, signal);
  return (body as { readonly courses: readonly DeterminedCourse[] }).courses;
}

/** @throws ApiProblem */
export async function orderChoices(signal?: AbortSignal): Promise<OrderChoices> {
  return (await getJson('workbench/choices', signal)) as OrderChoices;
}

/** A patient of the sandbox by name. @throws ApiProblem */
export async function patientChoice(name: string, signal?: AbortSignal): Promise<PatientChoice> {
  return (await getJson(`workbench/patients/${encodeURIComponent(name)}`, signal)) as PatientChoice;
}

/** The order-sign request of a fixture patient. @throws ApiProblem */
export async function fixtureRequest(name: string, signal?: AbortSignal): Promise<HookBody> {
  return (await getJson(`sandbox/hooks/${encodeURIComponent(name)}`, signal)) as HookBody;
}

/** Anything else of the service that is JSON. @param path relative, such as `cds-services` @throws ApiProblem */
export async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  return (await send('GET', path, undefined, {}, signal)).body;
}

/** @param path relative, such as `fhir/QuestionnaireResponse` @throws ApiProblem */
export async function postJson(path: string, value: unknown, signal?: AbortSignal): Promise<unknown> {
  return (await send('POST', path, value, {}, signal)).body;
}

async function send(
  method: 'GET' | 'POST',
  path: string,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<{ readonly status: number; readonly body: unknown }> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: value === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiProblem(undefined, 'unreachable', 'The service does not answer. Is it still running?');
  }
  const body: unknown = await response.json().catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    return undefined;
  });
  if (response.ok && body !== undefined) return { status: response.status, body };
  throw problemOf(response.status, body);
}

/** The service's `{code, message, path}`, or the issues of an OperationOutcome. */
function problemOf(status: number, body: unknown): ApiProblem {
  const answer = isObject(body) ? body : {};
  const issues = objects(answer['issue']);
  const sentences = issues.flatMap(
    (issue) => text(property(issue['details'], 'text')) ?? text(issue['diagnostics']) ?? [],
  );
  const message = text(answer['message']) ?? sentences[0];
  return new ApiProblem(
    status,
    text(answer['code']) ?? text(issues[0]?.['code']) ?? 'unreadable',
    message ?? `The service answered with HTTP ${status} and without an explanation.`,
    text(answer['path']),
    sentences.length === 0 ? undefined : sentences,
  );
}
