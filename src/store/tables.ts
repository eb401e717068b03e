import type { ColumnType, Generated, Insertable, Selectable } from 'kysely';

/**
 * The tables, in types that SQLite and PostgreSQL share. Instants are RFC 3339 in UTC with milliseconds, so that text
 * sorts as time; what has a shape of its own (a determination, a resource) is JSON as text.
 * `client` is who asked (issuer and tenant, or `sandbox`): every reading names it, and gets no one else's.
 */
export interface Tables {
  readonly determination: DeterminationTable;
  readonly card: CardTable;
  readonly feedback: FeedbackTable;
  readonly answers: AnswersTable;
  readonly payer_answer: PayerAnswerTable;
  readonly audit_event: AuditEventTable;
  readonly used_token: UsedTokenTable;
}

/** Written once: no update may change it. */
type Written<T> = ColumnType<T, T, never>;

interface DeterminationTable {
  /** The `coverage-assertion-id`. */
  id: Written<string>;
  client: Written<string>;
  asked_at: Written<string>;
  hook_instance: Written<string>;
  /** `Patient/id`. */
  patient: Written<string>;
  order_reference: Written<string>;
  policy: Written<string>;
  policy_version: Written<string>;
  decision: Written<string>;
  /** The determination as it was answered, without its id. */
  body: Written<string>;
  /** What a form is asked for under its id: version spoken, the forms with their answers, the coverage information. JSON. */
  forms: Written<string>;
  /** What it was asked for: the order as it came, and the FHIR server that its records can be read from again. JSON. */
  request: Written<string | null>;
}

interface CardTable {
  uuid: Written<string>;
  client: Written<string>;
  issued_at: Written<string>;
  service: Written<string>;
  /** Code of the card's topic. */
  topic: Written<string | null>;
  hook_instance: Written<string>;
  /** `Patient/id`; null in cards of before this was kept. */
  patient: Written<string | null>;
  /** JSON array of the suggestions' uuids. */
  suggestions: Written<string>;
}

interface FeedbackTable {
  sequence: Generated<number>;
  client: Written<string>;
  received_at: Written<string>;
  service: Written<string>;
  card: Written<string>;
  outcome: Written<string>;
  /** The entry as it came; it may hold words about a patient. */
  body: Written<string>;
}

interface AnswersTable {
  id: Written<string>;
  client: Written<string>;
  received_at: Written<string>;
  /** `Patient/id`. */
  patient: Written<string>;
  /** Canonical with version. */
  questionnaire: Written<string>;
  /** The QuestionnaireResponse. */
  body: Written<string>;
}

/** What the sandbox payer has answered: asked for again, and authorizations that an order may rest on. */
interface PayerAnswerTable {
  /** The authorization number, or the reference number of a pended request. */
  id: Written<string>;
  client: Written<string>;
  answered_at: Written<string>;
  /** `Patient/id`. */
  patient: Written<string>;
  /** Member number. */
  member: Written<string>;
  /** `system|value` of the request's Bundle: one that comes again gets the same answer. */
  request: Written<string>;
  /** JSON: the response Bundle; its ClaimResponse with the Claim; what an inquiry is matched by. */
  body: Written<string>;
}

interface AuditEventTable {
  sequence: Generated<number>;
  at: Written<string>;
  client: Written<string>;
  /** What was done: `call`, `feedback`, `read`, `answers`, `export`, `purge`, `refused`. */
  action: Written<string>;
  /** The route, such as `cds-services/order-sign`; of the operator's commands what they did. */
  target: Written<string>;
  hook_instance: Written<string | null>;
  /** `Patient/id`. */
  patient: Written<string | null>;
  /** HTTP status of the answer. */
  status: Written<number>;
  milliseconds: Written<number>;
  /** JSON: policies and decisions, counts, reasons in codes. No name, no value. */
  details: Written<string>;
}

interface UsedTokenTable {
  issuer: Written<string>;
  /** SHA-256 of the token's id, as base64url: the id itself may hold what a database does not take. */
  jti: Written<string>;
  /** SHA-256 of the path and the body it came with; empty where a token may be used once whatever the body. */
  body: Written<string>;
  /** Seconds since 1970: after this the token is refused anyway. */
  expires: Written<number>;
  /** What the proxy calls the request that brought it; empty where none does. It may bring it again. */
  delivery: string;
}

export type NewRow<Table extends keyof Tables> = Insertable<Tables[Table]>;
export type Row<Table extends keyof Tables> = Selectable<Tables[Table]>;
