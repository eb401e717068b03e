import type { Coding, Coverage, FhirResource, Organization } from 'fhir/r4.js';
import type { Day } from './calendar.ts';
import { coded, concept, hl7, sopt } from './codings.ts';
import { type Person, idOf, subjectOf } from './person.ts';
import { digitsOf } from './random.ts';

type PlanLine = 'HMO' | 'PPO';

const planLines = {
  HMO: {
    type: sopt('111', 'Medicare HMO'),
    plan: 'CPCT-MA-HMO',
    name: 'CarePartners of Connecticut Medicare Advantage HMO',
  },
  PPO: {
    type: sopt('112', 'Medicare PPO'),
    plan: 'CPCT-MA-PPO',
    name: 'CarePartners of Connecticut Medicare Advantage PPO',
  },
} as const;

/** The Medicare Advantage coverage that every order of these charts is for. */
export function carePartners(who: Person, line: PlanLine): readonly FhirResource[] {
  const payer = payerOrganization(who, 'carepartners', 'CarePartners of Connecticut');
  const { type, plan, name } = planLines[line];
  return [
    payer,
    coverage(who, 'coverage', payer, {
      status: 'active',
      type: { coding: [type], text: name },
      subscriberId: `CP${digitsOf(`subscriber ${who.code}`, 9)}`,
      period: { start: '2026-01-01', end: '2026-12-31' },
      class: [
        {
          type: coded(hl7('coverage-class', 'group', 'Group')),
          value: 'MA-INDIVIDUAL',
          name: 'Individual Medicare Advantage',
        },
        { type: coded(hl7('coverage-class', 'plan', 'Plan')), value: plan, name },
      ],
      order: 1,
    }),
  ];
}

const commercialLines = {
  HMO: { type: sopt('511', 'Commercial Managed Care - HMO'), plan: 'HMO-BLUE', name: 'HMO Blue' },
  PPO: { type: sopt('512', 'Commercial Managed Care - PPO'), plan: 'PPO-BLUE', name: 'Preferred Blue PPO' },
} as const;

/** A commercial coverage of Blue Cross Blue Shield of Massachusetts, the payer with its NAIC company code. */
export function blueCrossMassachusetts(who: Person, line: PlanLine): readonly FhirResource[] {
  const payer: Organization = {
    ...payerOrganization(who, 'bcbsma', 'Blue Cross Blue Shield of Massachusetts'),
    identifier: [{ system: 'urn:oid:2.16.840.1.113883.6.300', value: '53228' }],
  };
  const { type, plan, name } = commercialLines[line];
  return [
    payer,
    coverage(who, 'coverage', payer, {
      status: 'active',
      type: { coding: [type], text: name },
      subscriberId: `MA${digitsOf(`subscriber ${who.code}`, 9)}`,
      period: { start: '2026-01-01', end: '2026-12-31' },
      class: [{ type: coded(hl7('coverage-class', 'plan', 'Plan')), value: plan, name }],
      order: 1,
    }),
  ];
}

const excellusLines = {
  PPO: { type: sopt('512', 'Commercial Managed Care - PPO'), plan: 'EXC-PPO', name: 'Excellus BluePPO' },
  HMO: { type: sopt('511', 'Commercial Managed Care - HMO'), plan: 'EXC-HMO', name: 'Excellus HMOBlue' },
} as const;

/** A coverage of Excellus BlueCross BlueShield, the payer by its name alone. */
export function excellus(who: Person, line: keyof typeof excellusLines): readonly FhirResource[] {
  const payer = payerOrganization(who, 'excellus', 'Excellus BlueCross BlueShield');
  const { type, plan, name } = excellusLines[line];
  return [
    payer,
    coverage(who, 'coverage', payer, {
      status: 'active',
      type: { coding: [type], text: name },
      subscriberId: `VYU${digitsOf(`subscriber ${who.code}`, 9)}`,
      period: { start: '2026-01-01', end: '2026-12-31' },
      class: [{ type: coded(hl7('coverage-class', 'plan', 'Plan')), value: plan, name }],
      order: 1,
    }),
  ];
}

/** The reference of an order to its coverage. */
export const coverageOf = (who: Person) => ({ reference: `Coverage/${idOf(who, 'coverage')}` });

export interface OtherCoverage {
  readonly name: string;
  readonly payer: string;
  readonly type: Coding;
  readonly start: Day;
  /** Absent for a coverage that runs on beside CarePartners. */
  readonly end?: Day;
  readonly order: number;
}

/** A coverage that ended before CarePartners, or one that pays after it. */
export function otherCoverage(who: Person, other: OtherCoverage): readonly FhirResource[] {
  const payer = payerOrganization(who, other.name, other.payer);
  return [
    payer,
    coverage(who, `coverage-${other.name}`, payer, {
      // An eligibility feed leaves an ended coverage active more often than it cancels it: only the period tells.
      status: 'active',
      type: concept(other.payer, other.type),
      subscriberId: digitsOf(`${other.name} ${who.code}`, 10),
      period: { start: other.start, ...(other.end === undefined ? {} : { end: other.end }) },
      order: other.order,
    }),
  ];
}

const payerOrganization = (who: Person, name: string, payer: string): Organization => ({
  resourceType: 'Organization',
  id: idOf(who, `payer-${name}`),
  active: true,
  type: [coded(hl7('organization-type', 'pay', 'Payer'))],
  name: payer,
});

const coverage = (who: Person, name: string, payer: Organization, elements: Partial<Coverage>): Coverage => ({
  resourceType: 'Coverage',
  id: idOf(who, name),
  status: 'active',
  beneficiary: subjectOf(who),
  subscriber: subjectOf(who),
  relationship: coded(hl7('subscriber-relationship', 'self', 'Self')),
  payor: [{ reference: `Organization/${payer.id ?? ''}`, display: payer.name ?? '' }],
  ...elements,
});
