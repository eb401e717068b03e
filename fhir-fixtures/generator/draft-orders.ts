import type {
  CodeableConcept,
  FhirResource,
  Medication,
  MedicationRequest,
  ServiceRequest,
} from 'fhir/r4.js';
import { at, orderDay } from './calendar.ts';
import { concept, cpt, hcpcs, ndc, rxnorm } from './codings.ts';
import { coverageOf } from './coverage.ts';
import { drugs } from './drugs.ts';
import { plannedInfusionOf } from './encounters.ts';
import { type DraftOrders, urnOf } from './fixture.ts';
import { type Person, idOf, oncologistOf, subjectOf } from './person.ts';

/** The products ordered here, in the spellings that orders use. */
export const tecartus = {
  ingredient: rxnorm('2387277', 'brexucabtagene autoleucel'),
  brand: rxnorm('2387348', 'Tecartus'),
  mclProduct: rxnorm('2387352', '68 ML brexucabtagene autoleucel 2940000 CELLS/ML Injection [Tecartus]'),
  allProduct: rxnorm('2572005', '68 ML brexucabtagene autoleucel 1471000 CELLS/ML Injection [Tecartus]'),
  hcpcs: hcpcs('Q2053', 'Brexucabtagene car pos t'),
  ndc: ndc('71287021901', 'Tecartus 71287-0219-01'),
} as const;

export const aucatzyl = {
  ingredient: rxnorm('2698195', 'obecabtagene autoleucel'),
  brand: rxnorm('2700169', 'Aucatzyl'),
  product: rxnorm('2700173', 'obecabtagene autoleucel 410000000 CELLS/ML Injection [Aucatzyl]'),
  hcpcs: hcpcs('Q2058', 'Obecbtge autol up to 400 mil'),
  ndc: ndc('83047041004', 'Aucatzyl 83047-0410-04'),
} as const;

export const abecma = {
  ingredient: rxnorm('2536430', 'idecabtagene vicleucel'),
  brand: rxnorm('2536435', 'Abecma'),
  hcpcs: hcpcs('Q2055', 'Idecabtagene vicleucel car'),
} as const;

export const carvykti = {
  ingredient: rxnorm('2594775', 'ciltacabtagene autoleucel'),
  brand: rxnorm('2594782', 'Carvykti'),
  hcpcs: hcpcs('Q2056', 'Ciltacabtagene car-pos t'),
} as const;

export const kymriah = {
  ingredient: rxnorm('1986438', 'tisagenlecleucel'),
  brand: rxnorm('1986443', 'Kymriah'),
  hcpcs: hcpcs('Q2042', 'Tisagenlecleucel car-pos t'),
  ndc: ndc('00078084619', 'Kymriah 00078-0846-19'),
} as const;

export const breyanzi = {
  ingredient: rxnorm('2479136', 'lisocabtagene maraleucel'),
  brand: rxnorm('2479141', 'Breyanzi'),
  hcpcs: hcpcs('Q2054', 'Lisocabtagene mara car pos t'),
  ndc: ndc('73153090001', 'Breyanzi 73153-0900-01'),
} as const;

export const yescarta = {
  ingredient: rxnorm('1987398', 'axicabtagene ciloleucel'),
  hcpcs: hcpcs('Q2041', 'Axicabtagene ciloleucel car+'),
} as const;

/** The four services of a CAR-T therapy; none of them names a product. */
export const cellServices = {
  collection: cpt('38225', 'Car-t hrv bld-drv t lymphcyt'),
  preparation: cpt('38226', 'Car-t prep t lymphcyt f/trns'),
  receipt: cpt('38227', 'Car-t receipt&prepj admn'),
  administration: cpt('38228', 'Car-t admn autologous'),
} as const;

/** A drug inside its order, as `#id`. */
export const containedDrug = (
  id: string,
  code: CodeableConcept,
): Pick<MedicationRequest, 'contained' | 'medicationReference'> => {
  const medication: Medication = { resourceType: 'Medication', id, code };
  return { contained: [medication], medicationReference: { reference: `#${id}` } };
};

/** A drafted medication order for the planned CAR-T encounter; the caller adds the drug and the date. */
export const draftMedication = (
  who: Person,
  name: string,
  elements: Partial<MedicationRequest>,
): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  id: idOf(who, name),
  status: 'draft',
  intent: 'order',
  subject: subjectOf(who),
  encounter: plannedInfusionOf(who),
  authoredOn: at(orderDay, '13:20'),
  requester: oncologistOf(who),
  insurance: [coverageOf(who)],
  ...elements,
});

/** A drafted service order for the planned CAR-T encounter; the caller adds the code and the date. */
export const draftService = (
  who: Person,
  name: string,
  elements: Partial<ServiceRequest>,
): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  id: idOf(who, name),
  status: 'draft',
  intent: 'order',
  subject: subjectOf(who),
  encounter: plannedInfusionOf(who),
  authoredOn: at(orderDay, '13:20'),
  requester: oncologistOf(who),
  insurance: [coverageOf(who)],
  ...elements,
});

/** Orders signed in the same session that no CAR-T policy is about. */
export const draftLisinopril = (who: Person): MedicationRequest =>
  draftMedication(who, 'draft-lisinopril', {
    medicationCodeableConcept: drugs.lisinopril,
    dosageInstruction: [{ text: '10 mg by mouth daily' }],
  });

export const draftBloodCount = (who: Person): ServiceRequest =>
  draftService(who, 'draft-cbc', {
    code: concept('CBC with differential', cpt('85025', 'Complete cbc w/auto diff wbc')),
    occurrenceDateTime: '2026-03-09',
  });

export const ordersOf = (...resources: readonly FhirResource[]): DraftOrders => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
});

export const ordersWithUrns = (...resources: readonly FhirResource[]): DraftOrders => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ fullUrl: urnOf(resource), resource })),
});
