import type { Claim, ClaimResponse, Coverage, OperationOutcome, Parameters } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invalidity } from '../conformance/checks/fhir-validity.ts';
import { startServer, type Started } from '../conformance/server.ts';
import { determinationsOf, hookRequest, send } from '../dtr/service.ts';
import { INQUIRE, requestBundle, reviewIn, SUBMIT, submitted, type Bundle } from './payer.ts';

/** The sandbox payer: what it takes, what it refuses, and what it says later. */

let server: Started;
let bundle: Bundle;
beforeAll(async () => {
  // What is tested is no matter of time: a loaded machine reads the chart whole.
  server = await startServer({ environment: { QUERY_TIMEOUT_MS: '30000' } });
  const [determination] = await determinationsOf(server, await hookRequest(server, 'mcl-all-attested'));
  bundle = await requestBundle(server, determination?.id);
}, 30_000);
afterAll(() => server.close());

/** The bundle with its entries changed. */
const changed = (change: (claim: Claim, resources: readonly Resource[]) => void): Bundle => {
  const copy = structuredClone(bundle);
  const resources = (copy.entry ?? []).map(({ resource }) => resource as Resource);
  change(resources[0] as unknown as Claim, resources);
  return copy;
};
const PROFILE = 'http://hl7.org/fhir/us/davinci-pas/StructureDefinition/profile-pas-request-bundle';
type Line = NonNullable<Claim['item']>[number];
const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
interface Resource {
  readonly resourceType: string;
  [element: string]: unknown;
}
const issuesOf = ({ issue }: OperationOutcome): readonly string[] =>
  issue.map(({ details, expression }) => `${expression?.[0] ?? ''}: ${details?.text ?? ''}`);

describe('a request', () => {
  it('is certified where every criterion is met, and gets the same answer when it comes again', async () => {
    const first = await submitted(server, bundle);
    expect(reviewIn(first).action).toBe('A1');
    expect(reviewIn(first).number).toMatch(/^SANDBOX-/);
    expect(JSON.stringify(first)).toContain('Sandbox: no payer has decided this');
    expect(invalidity(first)).toEqual([]);
    expect(await submitted(server, bundle)).toEqual(first);
  }, 30_000);

  it('is not certified where a criterion is not met, and the criterion is named', async () => {
    const [determination] = await determinationsOf(
      server,
      await hookRequest(server, 'mcl-prior-car-t-trial'),
    );
    const { action, notes } = reviewIn(
      await submitted(server, await requestBundle(server, determination?.id)),
    );
    expect(action).toBe('A3');
    expect(notes).toEqual(
      expect.arrayContaining([expect.stringMatching(/^carepartners-ct-tecartus\/tecartus\/.*: not met\.$/)]),
    );
  });

  it('is decided by what it holds: without the form it is pended', async () => {
    const without = changed((claim) => {
      claim.identifier = [{ system: 'urn:test', value: 'without-form' }];
    });
    const entries = (without.entry ?? []).filter(
      ({ resource }) => resource?.resourceType !== 'QuestionnaireResponse',
    );
    const [{ resource }] = entries as [{ resource: Claim }];
    resource.supportingInfo = (resource.supportingInfo ?? []).filter(
      ({ valueReference }) => valueReference?.reference?.includes('QuestionnaireResponse') !== true,
    );
    const answer = await submitted(server, {
      ...without,
      identifier: { system: 'urn:test', value: 'without-form' },
      entry: entries,
    });
    expect(reviewIn(answer).action).toBe('A4');
    expect(JSON.stringify(answer)).toContain('extension-administrationReferenceNumber');
  });

  it('may name no order: then its lines say what is asked for', async () => {
    const lines = changed((claim) => {
      const [line] = claim.item ?? [];
      if (line !== undefined)
        line.extension = (line.extension ?? []).filter(({ url }) => !url.endsWith('requestedService'));
    });
    const answer = await submitted(server, { ...lines, identifier: { system: 'urn:test', value: 'lines' } });
    expect(reviewIn(answer).action).toBe('A1');
    expect(reviewIn(answer).notes[0]).toContain('carepartners-ct-tecartus');
  });

  it('is of PAS 2.0.1 where its profile names no version, and of 2.2 where it says so', async () => {
    const answered = async (profile: string | undefined): Promise<number> => {
      const asked = changed(({ item: [line] = [] }) => {
        delete line?.locationCodeableConcept;
      });
      const identifier = { system: 'urn:test', value: `version ${profile ?? 'none'}` };
      const meta = profile === undefined ? undefined : { profile: [`${PROFILE}${profile}`] };
      return (await send(server, SUBMIT, { ...asked, meta, identifier })).status;
    };
    expect([await answered(undefined), await answered(''), await answered('|2.2.1')]).toEqual([
      200, 200, 422,
    ]);
    expect(bundle.meta?.profile).toEqual([`${PROFILE}|2.2.1`, `${PROFILE}|2.0.1`]);
  });

  it('is pended where no policy governs it', async () => {
    const other = changed((claim, resources) => {
      const order = resources.find(({ resourceType }) => resourceType === 'MedicationRequest');
      for (const name of ['contained', 'medicationReference', 'medicationCodeableConcept'])
        delete order?.[name];
      Object.assign(order ?? {}, { medicationCodeableConcept: { text: 'Aspirin' } });
      claim.identifier = [{ system: 'urn:test', value: 'aspirin' }];
    });
    const answer = await submitted(server, {
      ...other,
      identifier: { system: 'urn:test', value: 'aspirin' },
    });
    expect(reviewIn(answer)).toMatchObject({
      action: 'A4',
      notes: [
        'The line asks for Tecartus, the order that it names is for something else than CAR-T.',
        'No policy on file decides this; a person must.',
      ],
    });
  });

  it.each<readonly [string, (line: Line, claim: Claim) => void, string]>([
    [
      'another product',
      (line) => (line.productOrService = { ...line.productOrService, ...coded(HCPCS, 'Q2042') }),
      'The line asks for Kymriah, the order that it names is for Tecartus.',
    ],
    [
      'no CAR-T',
      (line) => (line.productOrService = coded('http://www.ama-assn.org/go/cpt', '85025')),
      'The line asks for something else than CAR-T, the order that it names is for Tecartus.',
    ],
    [
      'another day',
      (line) => (line.servicedDate = '2031-01-01'),
      'The line names another day of service than the order.',
    ],
    [
      'another place',
      (line) => {
        const place = line.locationCodeableConcept?.coding?.[0];
        if (place !== undefined) place.code = place.code === '21' ? '22' : '21';
      },
      'The line names another place of service than the order and its encounter.',
    ],
    [
      'more of it',
      (line) => (line.quantity = { value: 5, unit: 'infusion' }),
      'The line asks for a quantity that the order does not state.',
    ],
    [
      'another diagnosis',
      (_, claim) => {
        claim.diagnosis = [
          {
            sequence: 1,
            diagnosisCodeableConcept: coded('http://hl7.org/fhir/sid/icd-10-cm', 'C50.911'),
          },
        ];
      },
      'The line’s diagnosis C50.911 is neither the order’s reason nor a Condition of the request.',
    ],
  ])('is pended where a line asks for %s than its order', async (name, change, contradiction) => {
    const against = changed((claim) => {
      const [line] = claim.item ?? [];
      if (line !== undefined) change(line, claim);
    });
    const { action, notes } = reviewIn(
      await submitted(server, { ...against, identifier: { system: 'urn:test', value: name } }),
    );
    expect([action, notes[0]]).toEqual(['A4', contradiction]);
  });

  it('certifies an order once', async () => {
    const twice = changed((claim) => {
      const [line] = claim.item ?? [];
      if (line !== undefined) claim.item?.push({ ...line, sequence: 2 });
    });
    const answer = await submitted(server, { ...twice, identifier: { system: 'urn:test', value: 'twice' } });
    const response = answer.entry?.[0]?.resource as ClaimResponse;
    expect(JSON.stringify(response).match(/"A\d"/g)).toEqual(['"A1"', '"A4"']);
    expect(reviewIn(answer).notes).toContain('Line 1 asks for the same order already.');
  });

  it('may be made anew, and is refused when it says something else under the same identifier', async () => {
    const answer = await submitted(server, bundle);
    const anew = JSON.stringify({ ...bundle, timestamp: '2026-11-22T00:00:00Z' }).replaceAll(
      /urn:uuid:\w/g,
      'urn:uuid:0',
    );
    expect(await submitted(server, anew)).toEqual(answer);
    const other = changed(({ item }) => ((item?.[0] ?? { servicedDate: '' }).servicedDate = '2031-01-01'));
    const { status, body } = await send<OperationOutcome>(server, SUBMIT, other);
    expect([status, body.issue[0]?.code, body.issue[0]?.expression]).toEqual([
      422,
      'conflict',
      ['Bundle.identifier'],
    ]);
  });
});

describe('a bundle that lacks what PAS requires', () => {
  it('is refused with all that it lacks, each at its place', async () => {
    const lacking = changed((claim, resources) => {
      for (const name of ['insurer', 'created', 'identifier'] as const)
        delete (claim as Partial<Claim>)[name];
      const [line] = claim.item ?? [];
      if (line !== undefined) {
        delete line.category;
        delete line.locationCodeableConcept;
        line.productOrService = { text: 'CAR-T' };
        line.extension = [];
      }
      for (const resource of resources) {
        if (resource.resourceType === 'Patient')
          for (const name of ['identifier', 'name']) delete resource[name];
        if (resource.resourceType === 'Coverage')
          delete (resource as unknown as Partial<Coverage>).identifier;
      }
    });
    for (const name of ['identifier', 'timestamp'] as const) delete (lacking as Partial<Bundle>)[name];
    const { status, body } = await send<OperationOutcome>(server, SUBMIT, { ...lacking, type: 'batch' });
    expect([status, body.resourceType]).toEqual([422, 'OperationOutcome']);
    expect(invalidity(body)).toEqual([]);
    expect(issuesOf(body)).toEqual([
      'Bundle.type: type must be collection',
      'Bundle.identifier: an identifier with system and value',
      'Bundle.timestamp: timestamp must be an instant',
      'Claim.identifier: one or two identifiers with system and value',
      'Claim.created: created must be a date',
      'Claim.patient.resolve().identifier: an identifier with system and value',
      'Claim.patient.resolve().name: a name',
      'Claim.insurer: the payer’s Organization must be in the Bundle',
      'Claim.insurance[0].coverage.resolve().identifier: the member number (type MB)',
      'Claim.item[0].productOrService: a code of HCPCS, CPT, ICD-10-PCS or NDC, or a service type',
      'Claim.item[0].category: the service type',
      'Claim.item[0].extension: extension-serviceItemRequestType',
      'Claim.item[0].extension: extension-certificationType',
      'Claim.item[0].locationCodeableConcept: where the service is to be performed: the order must name inpatient or outpatient, or the place',
    ]);
  }, 30_000);

  it.each<readonly [string, (claim: Claim, resources: readonly Resource[]) => void, string]>([
    [
      'is for another patient',
      (_, resources) =>
        Object.assign(resources.find(({ resourceType }) => resourceType === 'MedicationRequest') ?? {}, {
          subject: { reference: 'Patient/other' },
        }),
      'the order must be for the patient of the Claim',
    ],
    [
      'updates an earlier one',
      (claim) => (claim.related = [{ claim: { reference: 'Claim/1' } }]),
      'a new request has none',
    ],
    ['is a claim for payment', (claim) => (claim.use = 'claim'), 'use must be preauthorization'],
    [
      'names a record that it does not hold',
      (claim) =>
        claim.supportingInfo?.push({
          sequence: 99,
          category: {
            coding: [
              {
                system: 'http://hl7.org/fhir/us/davinci-pas/CodeSystem/PASTempCodes',
                code: 'additionalInformation',
              },
            ],
          },
          valueReference: { reference: 'Observation/lost' },
        }),
      'the record must be in the Bundle',
    ],
    [
      'refers to what it does not hold',
      (_, resources) =>
        Object.assign(resources.find(({ resourceType }) => resourceType === 'Condition') ?? {}, {
          encounter: { reference: 'Encounter/lost' },
        }),
      'Encounter/lost is referred to, and is not in the Bundle',
    ],
    [
      'has a practitioner whom nobody can tell',
      (_, resources) =>
        delete resources.find(({ resourceType }) => resourceType === 'Practitioner')?.['identifier'],
      'an identifier with system and value, such as the NPI',
    ],
    [
      'has a coverage that is cancelled',
      (_, resources) =>
        Object.assign(resources.find(({ resourceType }) => resourceType === 'Coverage') ?? {}, {
          status: 'cancelled',
        }),
      'status must be active',
    ],
  ])('is refused when it %s', async (_name, change, message) => {
    const { status, body } = await send<OperationOutcome>(server, SUBMIT, changed(change));
    expect(status).toBe(422);
    expect(issuesOf(body).join('\n')).toContain(message);
  });

  it.each([
    ['no Bundle', { resourceType: 'Claim' }],
    ['a Bundle of nothing', { resourceType: 'Bundle' }],
    [
      'a Bundle of odd things',
      {
        resourceType: 'Bundle',
        entry: [null, 3, { resource: 'x' }, { resource: { resourceType: 'Claim', item: 'x', patient: 7 } }],
      },
    ],
  ])('is refused when it is %s', async (_name, body) => {
    const answer = await send<OperationOutcome>(server, SUBMIT, body);
    expect([answer.status, answer.body.resourceType]).toEqual([422, 'OperationOutcome']);
  });
});

describe('an inquiry', () => {
  const inquiry = (
    change: (claim: Claim, resources: readonly Resource[]) => void = () => undefined,
  ): Bundle => {
    const made = changed((claim, resources) => {
      claim.supportingInfo = [];
      change(claim, resources);
    });
    return { ...made, identifier: { system: 'urn:test', value: 'inquiry' } };
  };

  it('finds what was decided for the member, asked for by a provider of the request', async () => {
    const decided = await submitted(server, bundle);
    const { status, body } = await send<Parameters>(server, INQUIRE, inquiry());
    expect(status).toBe(200);
    expect(invalidity(body)).toEqual([]);
    const found = (body.parameter ?? []).map(({ resource }) => resource as Bundle);
    expect(found.map((one) => reviewIn(one).number)).toContain(reviewIn(decided).number);
  });

  it('finds nothing for another provider, and is refused without one', async () => {
    const npi = 'http://hl7.org/fhir/sid/us-npi';
    const other = inquiry((_, resources) => {
      for (const resource of resources)
        if (resource.resourceType === 'Practitioner') resource['identifier'] = [{ system: npi, value: '1' }];
    });
    expect((await send<Parameters>(server, INQUIRE, other)).body).toEqual({ resourceType: 'Parameters' });
    const nobody = inquiry((_, resources) => {
      for (const resource of resources)
        if (resource.resourceType === 'Practitioner')
          resource['identifier'] = [{ system: 'urn:x', value: '1' }];
    });
    const { status, body } = await send<OperationOutcome>(server, INQUIRE, nobody);
    expect(status).toBe(422);
    expect(issuesOf(body)).toEqual([
      'Claim.provider: the NPI of the provider who asked for the authorization',
    ]);
  });
});
