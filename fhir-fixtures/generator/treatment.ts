import type {
  CarePlan,
  FhirResource,
  MedicationAdministration,
  MedicationRequest,
  Reference,
} from 'fhir/r4.js';
import { type Day, at, daysAfter, orderDay } from './calendar.ts';
import { coded, concept, hl7, referenceTo, ucum } from './codings.ts';
import { type DrugName, drugs } from './drugs.ts';
import { infusion, infusionOf } from './encounters.ts';
import { type BloodState, bloodCount } from './laboratory-panels.ts';
import { dispense, prescription } from './medications.ts';
import { type Person, bodySurface, idOf, oncologistOf, subjectOf } from './person.ts';
import { type Dose, type Regimen, routes } from './regimens.ts';

export interface Course {
  readonly regimen: Regimen;
  readonly start: Day;
  readonly reason: Reference;
  /** Extra days before a cycle, by its number, and why the plan's note says so. */
  readonly delays?: Readonly<Record<number, number>>;
  readonly note?: string;
  /** Cycles with a blood count before them; all of them unless said otherwise. */
  readonly counts?: 'each' | 'first' | 'none';
  readonly firstCount?: BloodState;
  readonly status?: CarePlan['status'];
}

/** A course of chemotherapy: its plan, one order a drug, and for each cycle the infusion visit, doses and blood count. */
export function treatment(who: Person, name: string, course: Course): readonly FhirResource[] {
  const { regimen } = course;
  const starts = cycleStarts(course);
  const orders = new Map<string, MedicationRequest>();
  for (const dose of regimen.cycles.flat()) {
    if (!orders.has(doseName(dose))) orders.set(doseName(dose), chemotherapyOrder(who, name, dose, course));
  }
  const cycles = regimen.cycles.flatMap((doses, index) => {
    const start = starts[index] ?? course.start;
    const number = index + 1;
    const discharge = regimen.inpatient === true ? daysAfter(start, 4) : null;
    const visit = infusion(who, start, `${regimen.title}, cycle ${String(number)}`, discharge);
    return [
      visit,
      ...doses.flatMap((dose) =>
        given(who, `${name}-c${String(number)}`, dose, start, orders.get(doseName(dose))),
      ),
      ...countBefore(who, course, start, number),
    ];
  });
  return [plan(who, name, course, starts), ...orders.values(), ...cycles];
}

function cycleStarts({ regimen, start, delays = {} }: Course): readonly Day[] {
  let late = 0;
  return regimen.cycles.map((_, index) => {
    late += delays[index + 1] ?? 0;
    return daysAfter(start, index * regimen.every + late);
  });
}

const countBefore = (who: Person, course: Course, start: Day, number: number): readonly FhirResource[] => {
  const wanted = course.counts ?? 'each';
  if (wanted === 'none' || (wanted === 'first' && number > 1)) return [];
  const state = number === 1 ? (course.firstCount ?? 'chemotherapy') : 'chemotherapy';
  return bloodCount(who, start, { state, encounter: infusionOf(who, start) });
};

function plan(who: Person, name: string, course: Course, starts: readonly Day[]): CarePlan {
  const lastDay = Math.max(...course.regimen.cycles.flat().flatMap((dose) => dose.days));
  const end = daysAfter(starts.at(-1) ?? course.start, lastDay - 1);
  return {
    resourceType: 'CarePlan',
    id: idOf(who, name),
    status: course.status ?? 'completed',
    intent: 'order',
    category: [concept('Chemotherapy treatment plan')],
    title: course.regimen.title,
    subject: subjectOf(who),
    period: { start: course.start, ...(course.status === 'active' || end >= orderDay ? {} : { end }) },
    author: oncologistOf(who),
    addresses: [course.reason],
    ...(course.note === undefined ? {} : { note: [{ text: course.note }] }),
  };
}

/** The same drug into a vein and into the spinal canal is two orders. */
const doseName = ({ drug, route }: Dose): string =>
  `${drug.toLowerCase()}${route === 'intrathecal' ? '-it' : ''}`;

const perText = { m2: '/m2', kg: '/kg', flat: '' } as const;
const isUnbroken = (days: Dose['days']): boolean => lastOf(days) - firstOf(days) + 1 === days.length;
const firstOf = (days: Dose['days']): number => days[0] ?? 1;
const lastOf = (days: Dose['days']): number => days.at(-1) ?? 1;

function daysText(days: Dose['days']): string {
  if (days.length === 1) return `day ${String(firstOf(days))}`;
  return isUnbroken(days)
    ? `days ${String(firstOf(days))} to ${String(lastOf(days))}`
    : `days ${days.join(', ')}`;
}

const category = {
  inpatient: coded(hl7('medicationrequest-category', 'inpatient', 'Inpatient')),
  outpatient: coded(hl7('medicationrequest-category', 'outpatient', 'Outpatient')),
} as const;

const chemotherapyOrder = (who: Person, plan: string, dose: Dose, course: Course): MedicationRequest =>
  prescription(who, `${plan}-${doseName(dose)}`, dose.drug, {
    status: course.status === 'active' ? 'active' : 'completed',
    category: [course.regimen.inpatient === true ? category.inpatient : category.outpatient],
    authoredOn: at(daysAfter(course.start, -2), '16:30'),
    basedOn: [{ reference: `CarePlan/${idOf(who, plan)}` }],
    reasonReference: [course.reason],
    dosageInstruction: [
      {
        text: `${String(dose.amount)} ${dose.unit}${perText[dose.per]} ${dose.route}${dose.weekly === true ? ' once a week' : ''}, ${daysText(dose.days)} of each ${String(course.regimen.every)}-day cycle`,
        route: routes[dose.route],
      },
    ],
  });

/** A dose as given: tablets are handed over, all else is administered; days in a row are one record. */
function given(
  who: Person,
  cycle: string,
  dose: Dose,
  start: Day,
  order: MedicationRequest | undefined,
): readonly FhirResource[] {
  const name = `${cycle}-${doseName(dose)}`;
  const { drug, days, route, unit } = dose;
  const quantity = { value: amountFor(who, dose), unit, system: ucum, code: unit };
  const request = order && referenceTo(order);
  if (route === 'oral') {
    return [
      dispense(who, name, drug, daysAfter(start, firstOf(days) - 1), {
        ...(request === undefined ? {} : { authorizingPrescription: [request] }),
        daysSupply: { value: days.length, unit: 'days', system: ucum, code: 'd' },
        dosageInstruction: [
          {
            text: `${String(quantity.value)} mg by mouth ${dose.weekly === true ? 'once a week' : 'daily'} for ${String(days.length)} days`,
            doseAndRate: [{ doseQuantity: quantity }],
          },
        ],
      }),
    ];
  }
  const spells = isUnbroken(days) ? [days] : days.map((day) => [day]);
  return spells.map((spell, index) =>
    administration(who, index === 0 ? name : `${name}-d${String(firstOf(spell))}`, drug, {
      context: infusionOf(who, start),
      ...effective(daysAfter(start, firstOf(spell) - 1), daysAfter(start, lastOf(spell) - 1)),
      ...(request === undefined ? {} : { request }),
      dosage: {
        text: `${String(quantity.value)} ${unit} ${route}${spell.length > 1 ? ` daily for ${String(spell.length)} days` : ''}`,
        route: routes[route],
        dose: quantity,
      },
    }),
  );
}

const effective = (
  first: Day,
  last: Day,
): Pick<MedicationAdministration, 'effectiveDateTime' | 'effectivePeriod'> =>
  first === last
    ? { effectiveDateTime: at(first, '10:50') }
    : { effectivePeriod: { start: at(first, '10:50'), end: at(last, '14:30') } };

function amountFor(who: Person, { amount, per, cap }: Dose): number {
  const size = { m2: bodySurface(who), kg: who.weight, flat: 1 }[per];
  const dose = Math.min(amount * size, cap ?? Infinity);
  return Number(dose.toPrecision(dose < 10 ? 2 : 3));
}

export const administration = (
  who: Person,
  name: string,
  drug: DrugName,
  elements: Partial<MedicationAdministration>,
): MedicationAdministration => ({
  resourceType: 'MedicationAdministration',
  id: idOf(who, name),
  status: 'completed',
  medicationCodeableConcept: drugs[drug],
  subject: subjectOf(who),
  ...elements,
});
