import { Router, type Request } from 'express';
import { midnight, periodOf } from '../records/period.ts';
import { reportCsv } from '../records/report-text.ts';
import { reportOf } from '../records/report.ts';
import type { RecordStore } from '../store/records.ts';
import type { Dependencies } from './call.ts';
import { ServiceError } from './errors.ts';
import type { Gate } from './gate.ts';
import { allow } from './methods.ts';

/** The report as JSON, or `?format=csv`; `from` and before `to`, days in UTC. */
export const REPORT_PATH = '/workbench/report';

/**
 * What the kept determinations and feedback teach: counts, no patients. It counts every caller's, which sandbox mode alone
 * may show to whoever asks; elsewhere the operator has `npm run report`.
 */
export function reportRoutes(
  records: Pick<RecordStore, 'during'>,
  { today }: Pick<Dependencies, 'today'>,
  gate: Gate,
): Router {
  const router = Router();
  router.get(
    REPORT_PATH,
    gate.get(() => [REPORT_PATH]),
    async (request, response) => {
      const [from, to] = [day(request, 'from'), day(request, 'to')];
      const { format } = request.query;
      if (format !== undefined && format !== 'csv')
        throw new ServiceError('invalid-request', 'format is csv, or left out for JSON', '(url).format');
      const report = await reportOf(
        records,
        periodOf(from?.at, to?.at),
        from?.day ?? 'the beginning',
        to?.day ?? today(),
      );
      response.set('cache-control', 'no-store');
      if (format === undefined) response.json(report);
      else response.attachment('report.csv').send(reportCsv(report));
    },
  );
  router.all(REPORT_PATH, allow('GET'));
  return router;
}

function day(
  { query }: Request,
  name: 'from' | 'to',
): { readonly day: string; readonly at: string } | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  const at = typeof value === 'string' ? midnight(value) : undefined;
  if (typeof value !== 'string' || at === undefined)
    throw new ServiceError('invalid-request', `${name} is a day such as 2026-03-01`, `(url).${name}`);
  return { day: value, at };
}
