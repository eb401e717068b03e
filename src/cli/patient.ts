import type { JsonObject } from '../fhir/json.ts';
import { wrong, type NamedFile } from './files.ts';
import type { Order } from './order-file.ts';
import { idsOf } from './resource-file.ts';

/** All that `--chart` gave, and the first of its files. */
export interface Charts {
  readonly file: NamedFile;
  readonly bundle: JsonObject;
}

/**
 * Whose chart it is: as told, as the request says, the one Patient in the chart, or the one that the orders are for.
 * @param told `--patient`
 * @throws CommandError when nothing tells, or when order and chart are of different patients
 */
export function patientOf(
  told: string | undefined,
  order: Order,
  orderFile: NamedFile,
  charts: Charts | undefined,
): string {
  const inChart = charts === undefined ? [] : idsOf(charts.bundle, 'Patient');
  const asked = order.kind === 'request' ? order.request.patientId : undefined;
  if (told !== undefined && asked !== undefined && told !== asked)
    throw wrong(orderFile, `is for Patient/${asked}, not for --patient ${told}`);
  const subject = order.kind === 'drafts' ? order.subject : undefined;
  const single = inChart.length === 1 ? inChart[0] : undefined;
  const ofOrders =
    subject !== undefined && (inChart.length === 0 || inChart.includes(subject)) ? subject : undefined;
  const patientId = told ?? asked ?? single ?? ofOrders;
  if (patientId === undefined) {
    const problem =
      inChart.length === 0
        ? 'holds no Patient; --patient <id> says whose chart it is'
        : `holds ${inChart.length} Patients; --patient <id> chooses one`;
    throw charts === undefined ? wrong(orderFile, 'names no patient') : wrong(charts.file, problem);
  }
  if (charts !== undefined && inChart.length > 0 && !inChart.includes(patientId)) {
    throw told === undefined
      ? wrong(
          orderFile,
          `is for Patient/${patientId}, but --chart ${charts.file.name} is the chart of ${patients(inChart)}`,
        )
      : wrong(charts.file, `is the chart of ${patients(inChart)}, not of --patient ${told}`);
  }
  return patientId;
}

const patients = (ids: readonly string[]): string =>
  ids.length === 1 ? `Patient/${ids[0] ?? ''}` : `${ids.length} other patients`;
