import type { Row } from '../store/tables.ts';

/**
 * A hook call in the terms of the guide's logical model CRDMetricData, from the payer's side; undefined for any other
 * event. A call that was refused has no more than its time and its HTTP status.
 */
export function crdMetricOf(row: Row<'audit_event'>): object | undefined {
  const { metric } = JSON.parse(row.details) as { readonly metric?: object };
  if (row.action !== 'call') return undefined;
  return {
    source: 'payer-src',
    ...(row.hook_instance === null ? {} : { hookInstance: row.hook_instance }),
    requestTime: row.at,
    responseTime: new Date(Date.parse(row.at) + row.milliseconds).toISOString(),
    httpResponse: row.status,
    ...metric,
  };
}
