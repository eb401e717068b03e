import { setImmediate } from 'node:timers/promises';
import { createCallData } from '../crd/gather.ts';
import { governedOrders } from '../crd/governed-orders.ts';
import { hookOrders } from '../crd/hook-orders.ts';
import { readHookRequest } from '../crd/hook-request.ts';
import { itemOf } from '../crd/order.ts';
import { readPrefetch } from '../crd/prefetch.ts';
import { objects, text, texts } from '../fhir/json.ts';
import type { Library } from '../policy/library.ts';
import type { SandboxFixture } from './sandbox.ts';

/**
 * All of them, for a list to choose from. Every chart is read for it: between two of them other calls have their turn.
 */
export async function patientChoices(
  fixtures: readonly SandboxFixture[],
  library: Library,
): Promise<readonly PatientChoice[]> {
  const patients: PatientChoice[] = [];
  for (const fixture of fixtures) {
    patients.push(await patientChoice(fixture, library));
    await setImmediate();
  }
  return patients;
}

/** A patient of the sandbox, and what is ordered for them. */
export interface PatientChoice {
  /** Of the fixture, for `GET /sandbox/hooks/{name}`. */
  readonly name: string;
  readonly patient: string;
  readonly gender: string | undefined;
  /** FHIR date. */
  readonly birthDate: string | undefined;
  readonly story: string;
  /** FHIR date on which the order is signed. */
  readonly signedOn: string | undefined;
  /** The CAR-T orders among the drafts, by `Type/id`. */
  readonly orders: readonly string[];
  /** Ids of the choices; undefined where the order names none, or where it cannot be told. */
  readonly product: string | undefined;
  readonly setting: string | undefined;
  readonly payer: string | undefined;
  readonly line: string | undefined;
  /** FHIR date of the planned infusion, as the order has it. */
  readonly planned: string | undefined;
}

/** What the fixture's order says, read as a hook call reads it. */
export async function patientChoice(fixture: SandboxFixture, library: Library): Promise<PatientChoice> {
  const { name, story, chart } = fixture;
  const resources = (chart.entry ?? []).flatMap(({ resource }) => objects(resource));
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const request = readHookRequest({ ...fixture.request, prefetch: { chart } }, 'order-sign');
  if ('code' in request) throw new Error(`the request of ${name}: ${request.path} ${request.message}`);
  const data = createCallData(request.patientId, readPrefetch(request, library), undefined, library, []);
  const { orders } = await hookOrders(request, () => data, false);
  const carT = orders
    .map((order) => ({ order, item: itemOf(order, data.resolve, library) }))
    .filter(({ item }) => item.kind !== 'other');
  const signedOn = orders.flatMap(({ resource }) => text(resource['authoredOn'])?.slice(0, 10) ?? [])[0];
  const { governed, ungoverned } = await governedOrders(carT, request, data, signedOn ?? '', false);
  const [first] = governed;
  const [item] = carT.map((order) => order.item);
  const lines = first?.lines ?? [];
  const [printed] = objects(patient?.['name']);
  return {
    name,
    patient: [...texts(printed?.['given']), ...texts(printed?.['family'])].join(' '),
    gender: text(patient?.['gender']),
    birthDate: text(patient?.['birthDate']),
    story,
    signedOn,
    orders: carT.map(({ order }) => order.reference),
    product: item?.kind === 'product' ? item.product.id : undefined,
    setting: first?.order.setting.value,
    payer: first?.payer.id ?? ungoverned[0]?.coverage?.payer?.id,
    line: lines.length === 1 ? lines[0] : undefined,
    planned: first?.order.planned?.date.text.slice(0, 10),
  };
}
