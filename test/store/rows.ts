import type { NewRow } from '../../src/store/tables.ts';

/** Rows for the record store's tests; what is not named is the same in all. */

const AT = '2026-03-02T09:30:00.000Z';

export const determination = (id: string, asked_at = AT): NewRow<'determination'> => ({
  id,
  client: 'client',
  asked_at,
  hook_instance: `instance-${id}`,
  patient: 'Patient/p1',
  order_reference: 'MedicationRequest/car-t',
  policy: 'policy',
  policy_version: '2026-01',
  decision: 'documentation-needed',
  body: '{"criteria":[]}',
  forms: '{}',
  request: '{}',
});

export const card = (uuid: string, of: string): NewRow<'card'> => ({
  uuid,
  client: 'client',
  issued_at: AT,
  service: 'order-sign',
  topic: 'coverage-info',
  hook_instance: `instance-${of}`,
  patient: 'Patient/p1',
  suggestions: '[]',
});

export const feedback = (of: string): NewRow<'feedback'> => ({
  client: 'client',
  received_at: AT,
  service: 'order-sign',
  card: of,
  outcome: 'overridden',
  body: '{}',
});

export const answers = (id: string): NewRow<'answers'> => ({
  id,
  client: 'client',
  received_at: AT,
  patient: 'Patient/p1',
  questionnaire: 'https://payer.example.org/Questionnaire/q|1',
  body: '{}',
});

export const payerAnswer = (id: string): NewRow<'payer_answer'> => ({
  id,
  client: 'client',
  answered_at: AT,
  patient: `Patient/${id}`,
  member: `M-${id}`,
  request: `urn:requests|${id}`,
  body: '{}',
});

export const auditEvent = (instance: string, at = AT): NewRow<'audit_event'> & { readonly at: string } => ({
  at,
  client: 'client',
  action: 'call',
  target: 'order-sign',
  hook_instance: instance,
  patient: 'Patient/p1',
  status: 200,
  milliseconds: 12,
  details: '{}',
});
