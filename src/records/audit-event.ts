import type { AuditEvent } from 'fhir/r4.js';
import type { Row } from '../store/tables.ts';

const ACTIONS: Readonly<Record<string, { readonly code: AuditEvent['action']; readonly display: string }>> = {
  call: { code: 'E', display: 'Hook call answered' },
  feedback: { code: 'C', display: 'Feedback on cards received' },
  answers: { code: 'C', display: 'Questionnaire answers received' },
  read: { code: 'R', display: 'Stored record read' },
  refused: { code: 'E', display: 'Call refused' },
  export: { code: 'R', display: 'Records exported' },
  purge: { code: 'D', display: 'Records purged' },
};

/** R4 AuditEvent.outcome: 0 success, 4 the caller's mistake, 8 ours. */
const outcomeOf = (status: number): NonNullable<AuditEvent['outcome']> =>
  status < 400 ? '0' : status < 500 ? '4' : '8';

/** One recorded event as a FHIR R4 AuditEvent: who asked, when, for which patient, and what came of it in codes. */
export function auditEventOf(row: Row<'audit_event'>): AuditEvent {
  const action = ACTIONS[row.action];
  const details = JSON.parse(row.details) as Readonly<Record<string, unknown>>;
  return {
    resourceType: 'AuditEvent',
    id: `audit-${row.sequence}`,
    type: {
      system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
      code: 'rest',
      display: 'RESTful Operation',
    },
    subtype: [{ code: row.action, display: action?.display ?? row.action }],
    ...(action?.code === undefined ? {} : { action: action.code }),
    recorded: row.at,
    outcome: outcomeOf(row.status),
    outcomeDesc: `HTTP ${row.status} in ${row.milliseconds} ms`,
    agent: [
      {
        requestor: true,
        altId: row.client,
        type: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/extra-security-role-type',
              code: 'dataprocessor',
            },
          ],
        },
      },
    ],
    source: { observer: { display: 'Cartograph' } },
    entity: [
      ...(row.patient === null
        ? []
        : [
            {
              what: { reference: row.patient },
              role: {
                system: 'http://terminology.hl7.org/CodeSystem/object-role',
                code: '1',
                display: 'Patient',
              },
            },
          ]),
      {
        name: row.target,
        ...(row.hook_instance === null ? {} : { what: { identifier: { value: row.hook_instance } } }),
        ...(Object.keys(details).length === 0
          ? {}
          : {
              detail: Object.entries(details).map(([type, value]) => ({
                type,
                valueString: typeof value === 'string' ? value : JSON.stringify(value),
              })),
            }),
      },
    ],
  };
}
