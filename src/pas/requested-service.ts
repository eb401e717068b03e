import type { ClaimDiagnosis, CodeableConcept, Quantity } from 'fhir/r4.js';
import { medicationCodings } from '../fhir/coded-elements.ts';
import { parseDate } from '../fhir/date.ts';
import { objects, text, type JsonObject } from '../fhir/json.ts';
import { orderedQuantity } from '../fhir/ordered-quantity.ts';
import type { Coding } from '../fhir/terminology.ts';
import { diseaseReader } from '../engine/disease.ts';
import { withParts, type Determination } from '../engine/determination.ts';
import type { Library } from '../policy/library.ts';
import { CPT, extension, HCPCS, ICD_10_CM, ICD_10_PCS, NDC, PLACE_OF_SERVICE, temp } from './codes.ts';
import { X12_SERVICE_TYPE } from './codes.ts';
import { typeOf, type RequestInput } from './request-input.ts';

/** What is asked for, in the codes that a payer takes. */

/** Systems of `X12278RequestedServiceType`. */
export const SERVICE_SYSTEMS: readonly string[] = [HCPCS, CPT, ICD_10_PCS, NDC, X12_SERVICE_TYPE];

/** The order's own codes that stand on claims; where none says which drug or service, the product's HCPCS code first. */
export function serviceOf({ order, product, library, records }: RequestInput): CodeableConcept {
  const { terminology } = library;
  const ordered: readonly Coding[] = [
    ...medicationCodings(order, records.find, terminology),
    ...terminology.codings(order['code']),
    ...terminology.codings(order['orderDetail']),
    ...terminology.codings(order['codeCodeableConcept']),
  ];
  const own = ordered.filter(({ system }) => SERVICE_SYSTEMS.includes(system ?? ''));
  const isBilled = own.some(({ system }) => system === HCPCS || system === CPT);
  const listed = (product?.codes ?? [])
    .flatMap((id) => terminology.valueSets.get(id)?.codings ?? [])
    .filter(({ system }) => system === HCPCS);
  const coding = [...(isBilled ? [] : listed.slice(0, 1)), ...own].map(({ system, code, display }) => ({
    ...(system === undefined ? {} : { system }),
    code,
    ...(display === undefined ? {} : { display }),
  }));
  return {
    ...(coding.length === 0 ? {} : { coding }),
    text: product === undefined ? 'CAR-T therapy' : `${product.brand} (${product.generic})`,
  };
}

/** What the policies call a setting, as a place of service, where the order does not say which place it is. */
const PLACES = {
  inpatient: { code: '21', display: 'Inpatient Hospital' },
  outpatient: { code: '22', display: 'On Campus-Outpatient Hospital' },
} as const;

/** The order's own place of service, else the usual one of its setting. Undefined where the setting is not known. */
export function placeOf(
  order: JsonObject,
  setting: Determination['setting'],
  { terminology }: Library,
): CodeableConcept | undefined {
  const own = terminology.codings(order['locationCode']).find(({ system }) => system === PLACE_OF_SERVICE);
  if (own !== undefined)
    return {
      coding: [
        {
          system: PLACE_OF_SERVICE,
          code: own.code,
          ...(own.display === undefined ? {} : { display: own.display }),
        },
      ],
    };
  return setting === 'unknown'
    ? undefined
    : {
        coding: [{ system: PLACE_OF_SERVICE, ...PLACES[setting] }],
        text: `${setting}, as ordered; the order does not name the place`,
      };
}

/** What the order states: codes of units are X12's in PAS, so that the unit is said in words. */
export function quantityOf(order: JsonObject): Quantity | undefined {
  const stated = orderedQuantity(order);
  return stated === undefined
    ? undefined
    : { value: stated.value, ...(stated.unit === undefined ? {} : { unit: stated.unit }) };
}

/** The diseases of the indication that was evaluated; empty where none was. */
export const indicationDiseases = (
  { policy, indication }: Pick<Determination, 'policy' | 'indication'>,
  { policies }: Library,
): readonly string[] =>
  policies
    .filter(({ id, version }) => id === policy.id && version === policy.version)
    .flatMap(({ indications }) => indications)
    .filter(({ id }) => id === indication)
    .flatMap(({ diseases }) => diseases);

/** True where codes name one of the diseases, or one within it. */
export function namesOneOf(
  codings: readonly Coding[],
  diseases: readonly string[],
  library: Library,
): boolean {
  const reader = diseaseReader(library);
  return reader
    .named(codings, [])
    .diseases.some((one) => diseases.some((disease) => disease === 'any' || reader.agree(one, disease)));
}

/** X12 takes twelve. */
const MOST_DIAGNOSES = 12;

/**
 * ICD-10-CM diagnoses: the order's reasons first, then the conditions of the evidence that are of the indication's
 * diseases. A condition that is coded otherwise goes along as a record alone.
 */
export function diagnosesOf({
  order,
  determination,
  library,
  records,
}: RequestInput): readonly ClaimDiagnosis[] {
  const { terminology } = library;
  const diseases = indicationDiseases(determination, library);
  const reasons = objects(order['reasonReference'])
    .map(records.find)
    .filter((condition) => condition?.['resourceType'] === 'Condition');
  const found = withParts(determination.criteria)
    .flatMap(({ evidence }) => evidence.map(({ reference }) => reference))
    .filter((reference) => typeOf(reference) === 'Condition')
    .map(records.find)
    .filter((condition) => condition !== undefined)
    .filter(({ code }) => namesOneOf(terminology.codings(code), diseases, library));
  const byCode = new Map<string, Omit<ClaimDiagnosis, 'sequence'>>();
  const add = (concept: unknown, recorded: unknown): void => {
    for (const { system, code, display } of terminology.codings(concept)) {
      if (system !== ICD_10_CM || byCode.has(code)) continue;
      const day = text(recorded)?.slice(0, 10);
      const isDay = day !== undefined && day.length === 10 && parseDate(day) !== null;
      byCode.set(code, {
        ...(isDay ? { extension: [extension('diagnosisRecordedDate', { valueDate: day })] } : {}),
        diagnosisCodeableConcept: {
          coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
        },
      });
    }
  };
  for (const condition of reasons) add(condition?.['code'], condition?.['recordedDate']);
  for (const concept of objects(order['reasonCode'])) add(concept, undefined);
  for (const condition of found) add(condition?.['code'], condition?.['recordedDate']);
  return [...byCode.values()].slice(0, MOST_DIAGNOSES).map((diagnosis, index) => ({
    ...diagnosis,
    sequence: index + 1,
    ...(index === 0 ? { type: [temp('principal')] } : {}),
  }));
}
