import type { CodeableConcept, Encounter, Reference } from 'fhir/r4.js';
import { type Day, at, orderDay } from './calendar.ts';
import { coded, concept, cpt, hl7 } from './codings.ts';
import { type Person, hospitalOf, idOf, oncologistOf, primaryCareOf, subjectOf } from './person.ts';

const classes = {
  AMB: hl7('v3-ActCode', 'AMB', 'ambulatory'),
  IMP: hl7('v3-ActCode', 'IMP', 'inpatient encounter'),
  EMER: hl7('v3-ActCode', 'EMER', 'emergency'),
} as const;

type Setting = keyof typeof classes;

const office = concept('Office visit', cpt('99214', 'Office o/p est mod 30 min'));
const infusionVisit = concept('Infusion visit', cpt('96413', 'Chemo iv infusion 1 hr'));

/** A finished visit to the oncologist, named by its day. */
export const visit = (who: Person, day: Day, reason: string): Encounter =>
  encounter(who, `visit-${day}`, 'AMB', office, {
    reasonCode: [concept(reason)],
    period: { start: at(day, '09:00'), end: at(day, '09:45') },
    participant: [{ individual: oncologistOf(who) }],
  });

export const visitOf = (who: Person, day: Day): Reference => ({
  reference: `Encounter/${idOf(who, `visit-${day}`)}`,
});

/** A cycle of chemotherapy, named by its first day; on the ward until `discharge`, else within the day. */
export const infusion = (who: Person, day: Day, reason: string, discharge: Day | null): Encounter =>
  encounter(
    who,
    `infusion-${day}`,
    discharge === null ? 'AMB' : 'IMP',
    discharge === null ? infusionVisit : concept('Admission for chemotherapy'),
    {
      reasonCode: [concept(reason)],
      period: { start: at(day, '08:15'), end: at(discharge ?? day, '15:40') },
      participant: [{ individual: oncologistOf(who) }],
    },
  );

export const infusionOf = (who: Person, day: Day): Reference => ({
  reference: `Encounter/${idOf(who, `infusion-${day}`)}`,
});

/** A finished visit to primary care, named by its day. */
export const primaryCareVisit = (who: Person, day: Day, reason: string): Encounter =>
  encounter(who, `visit-${day}`, 'AMB', office, {
    reasonCode: [concept(reason)],
    period: { start: at(day, '10:00'), end: at(day, '10:30') },
    participant: [{ individual: primaryCareOf(who) }],
  });

/** A finished hospital stay. */
export const hospitalStay = (who: Person, name: string, start: Day, end: Day, reason: string): Encounter =>
  encounter(who, `stay-${name}`, 'IMP', concept('Hospital admission'), {
    reasonCode: [concept(reason)],
    period: { start: at(start, '17:20'), end: at(end, '12:05') },
    participant: [{ individual: oncologistOf(who) }],
    hospitalization: { dischargeDisposition: coded(hl7('discharge-disposition', 'home', 'Home')) },
  });

export const stayOf = (who: Person, name: string): Reference => ({
  reference: `Encounter/${idOf(who, `stay-${name}`)}`,
});

/** The planned encounter of a CAR-T infusion: the setting that an order is read in. */
export const plannedInfusion = (who: Person, setting: 'AMB' | 'IMP', start: Day): Encounter =>
  encounter(who, 'car-t-encounter', setting, concept('CAR-T cell infusion'), {
    status: 'planned',
    reasonCode: [concept('CAR-T cell infusion')],
    period: { start: at(start, '07:30') },
  });

export const plannedInfusionOf = (who: Person): Reference => ({
  reference: `Encounter/${idOf(who, 'car-t-encounter')}`,
});

/** The visit during which the order is signed: always ambulatory, whatever the infusion will be. */
export const orderVisit = (who: Person): Encounter =>
  encounter(who, `visit-${orderDay}`, 'AMB', office, {
    status: 'in-progress',
    reasonCode: [concept('Treatment planning')],
    period: { start: at(orderDay, '13:00') },
    participant: [{ individual: oncologistOf(who) }],
  });

const encounter = (
  who: Person,
  name: string,
  setting: Setting,
  type: CodeableConcept,
  elements: Partial<Encounter>,
): Encounter => ({
  resourceType: 'Encounter',
  id: idOf(who, name),
  status: 'finished',
  class: classes[setting],
  type: [type],
  subject: subjectOf(who),
  serviceProvider: hospitalOf(who),
  ...elements,
});
