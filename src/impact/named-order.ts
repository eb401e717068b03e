import type { JsonObject } from '../fhir/json.ts';
import type { Library } from '../policy/library.ts';
import type { PlanLines } from '../policy/vocabulary.ts';
import { Mistake } from './mistake.ts';
import type { Named } from './settings.ts';

/** Orders and coverage that the user names for every chart, as the resources that an EHR would send. */

/** @throws Mistake that names the option and what there is */
export function checkNamed(named: Named, library: Library): void {
  const { products, payer, plan } = named;
  const known = library.products.products.map(({ id }) => id);
  const wrong = products?.find((id) => !known.includes(id));
  if (wrong !== undefined) throw new Mistake(`--product ${wrong}: there are ${known.join(', ')}`);
  if (payer !== null && !library.payers.has(payer))
    throw new Mistake(`--payer ${payer}: there are ${[...library.payers.keys()].join(', ')}`);
  if (plan !== null && !library.planLines.lines.has(plan))
    throw new Mistake(`--plan ${plan}: there are ${[...library.planLines.lines.keys()].join(', ')}`);
  if (plan !== null && planCodes(plan, library.planLines) === undefined)
    throw new Mistake(`--plan ${plan}: no code of a Coverage tells this plan line from the others`);
}

/** One order for each product that is named. @param today the planned date where none is named */
export function namedOrders(
  { products, setting, date }: Named,
  patient: string,
  library: Library,
  today: string,
): readonly JsonObject[] {
  return (products ?? []).flatMap((id) => {
    const product = library.products.products.find((other) => other.id === id);
    if (product === undefined) return [];
    return [
      {
        resourceType: 'MedicationRequest',
        id: `named-${id}`,
        status: 'draft',
        intent: 'order',
        subject: { reference: `Patient/${patient}` },
        medicationCodeableConcept: { text: product.generic },
        dispenseRequest: { validityPeriod: { start: date ?? today } },
        ...(setting === null
          ? {}
          : {
              category: [
                {
                  coding: [
                    {
                      system: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
                      code: setting,
                    },
                  ],
                },
              ],
            }),
      },
    ];
  });
}

/** A Coverage of the payer and plan line that are named; undefined when the chart's stands. */
export function namedCoverage(
  { payer, plan }: Named,
  patient: string,
  library: Library,
): JsonObject | undefined {
  const name = payer === null ? undefined : library.payers.get(payer)?.name;
  if (name === undefined) return undefined;
  const codes = plan === null ? undefined : planCodes(plan, library.planLines);
  return {
    resourceType: 'Coverage',
    id: 'named-coverage',
    status: 'active',
    beneficiary: { reference: `Patient/${patient}` },
    payor: [{ display: name }],
    ...(codes === undefined ? {} : { type: { coding: codes } }),
  };
}

/** Codes that together leave this plan line alone. */
function planCodes(
  line: string,
  { signs }: PlanLines,
): readonly { readonly system: string; readonly code: string }[] | undefined {
  const coded = signs.filter(({ lines, codes }) => lines.includes(line) && codes.length > 0);
  const only = coded.find(({ lines }) => lines.length === 1);
  const chosen = only === undefined ? coded : [only];
  const left = chosen
    .map(({ lines }) => new Set(lines))
    .reduce<Set<string> | undefined>((all, lines) => all?.intersection(lines) ?? lines, undefined);
  return left?.size === 1 ? chosen.flatMap(({ codes }) => codes.slice(0, 1)) : undefined;
}
