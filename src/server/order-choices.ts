import type { RequestHandler } from 'express';
import { createCallData } from '../crd/gather.ts';
import { governedOrders } from '../crd/governed-orders.ts';
import { hookOrders } from '../crd/hook-orders.ts';
import { readHookRequest } from '../crd/hook-request.ts';
import { itemOf } from '../crd/order.ts';
import { readPrefetch } from '../crd/prefetch.ts';
import { objects, text, texts } from '../fhir/json.ts';
import type { Library } from '../policy/library.ts';
import type { PlanLines } from '../policy/vocabulary.ts';
import type { SandboxFixture } from './sandbox.ts';

/** What the page offers for choice: all of it from the data that the service has loaded. */
export interface OrderChoices {
  readonly patients: readonly PatientChoice[];
  readonly products: readonly ProductChoice[];
  readonly settings: readonly { readonly id: 'inpatient' | 'outpatient'; readonly class: ChoiceCoding }[];
  readonly payers: readonly {
    readonly id: string;
    readonly name: string;
    readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  }[];
  readonly lines: readonly LineChoice[];
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

export interface ProductChoice {
  readonly id: string;
  readonly brand: string;
  readonly generic: string;
  /** The code that an order for it is written with. */
  readonly coding: ChoiceCoding;
  /** Every code that names it, as `system|code`. */
  readonly codes: readonly string[];
}

/** A plan line, and a `Coverage.type` that says it and no other. */
export interface LineChoice {
  readonly id: string;
  readonly name: string;
  readonly type: { readonly coding?: readonly ChoiceCoding[]; readonly text?: string };
}

interface ChoiceCoding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/** v3 ActCode, to which Encounter.class is bound. */
const ENCOUNTER_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const DRUG_CODES = 'http://www.nlm.nih.gov/research/umls/rxnorm';

/** Read once for each edition of the policies, when it is first asked for. */
export function orderChoicesRoute(fixtures: readonly SandboxFixture[], library: Library): RequestHandler {
  let choices: Promise<OrderChoices> | undefined;
  return async (_request, response) => {
    choices ??= orderChoices(fixtures, library);
    response.json(await choices);
  };
}

export async function orderChoices(
  fixtures: readonly SandboxFixture[],
  library: Library,
): Promise<OrderChoices> {
  const patients = await Promise.all(fixtures.map((fixture) => patientChoice(fixture, library)));
  return {
    patients,
    products: library.products.products.flatMap((product) => {
      const codings = listed(product.codes, library);
      const coding = codings.find(({ system }) => system === DRUG_CODES) ?? codings[0];
      const { id, brand, generic } = product;
      const codes = codings.map(({ system, code }) => `${system}|${code}`);
      return coding === undefined ? [] : [{ id, brand, generic, coding, codes }];
    }),
    settings: (['inpatient', 'outpatient'] as const).flatMap((id) => {
      const found = listed(library.settings[id], library).find(({ system }) => system === ENCOUNTER_CLASS);
      return found === undefined ? [] : [{ id, class: found }];
    }),
    payers: [...library.payers.values()].map(({ id, name, identifiers }) => ({ id, name, identifiers })),
    lines: lineChoices(library.planLines),
  };
}

/** The codes of value sets, in their order. */
const listed = (valueSets: readonly string[], { terminology }: Library): readonly ChoiceCoding[] =>
  valueSets
    .flatMap((id) => [...(terminology.valueSets.get(id)?.concepts ?? [])])
    .map(([key, display]) => {
      const [system = '', code = ''] = key.split('|');
      return { system, code, display };
    });

/** For each line the fewest signs, one or two, that have that line alone in common; a line without such is left out. */
export function lineChoices({ lines, signs }: PlanLines): readonly LineChoice[] {
  const pairs = signs.flatMap((first, index) => [
    [first],
    ...signs.slice(index + 1).map((second) => [first, second]),
  ]);
  return [...lines].flatMap(([id, name]) => {
    const telling = pairs
      .filter((parts) => {
        const common = [...lines.keys()].filter((line) => parts.every((part) => part.lines.includes(line)));
        return common.length === 1 && common[0] === id;
      })
      .toSorted((a, b) => a.length - b.length)[0];
    if (telling === undefined) return [];
    const coding = telling.flatMap(({ codes }) => codes.slice(0, 1));
    const words = telling.flatMap((sign) => (sign.codes.length === 0 ? sign.words.slice(0, 1) : []));
    const type = {
      ...(coding.length === 0 ? {} : { coding }),
      ...(words.length === 0 ? {} : { text: words.join(', ') }),
    };
    return [{ id, name, type }];
  });
}

/** What the fixture's order says, read as a hook call reads it. */
async function patientChoice(fixture: SandboxFixture, library: Library): Promise<PatientChoice> {
  const { name, story, chart } = fixture;
  const resources = (chart.entry ?? []).flatMap(({ resource }) => objects(resource));
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const request = readHookRequest({ ...fixture.request, prefetch: { chart } }, 'order-sign');
  if ('code' in request) throw new Error(`the request of ${name}: ${request.path} ${request.message}`);
  const data = createCallData(request.patientId, readPrefetch(request, library), undefined, library, []);
  const { orders } = await hookOrders(request, data, false);
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
