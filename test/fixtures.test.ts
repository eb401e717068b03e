import { readFileSync, readdirSync } from 'node:fs';
import type { FhirResource } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { type Fixture, fileTexts, storiesText } from '../fhir-fixtures/generator/fixture.ts';
import { fixtures } from '../fhir-fixtures/generator/fixtures.ts';

const folder = new URL('../fhir-fixtures/', import.meta.url);
const all = fixtures();
const orderDay = '2026-03-02';

const resourcesOf = ({ files }: Fixture): readonly FhirResource[] =>
  (files['chart.json'].entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]));

const draftsOf = ({ files }: Fixture): readonly object[] =>
  files['order-sign.json'].context.draftOrders.entry.map(({ resource }) => resource);

const nameOf = ({ resourceType, id }: FhirResource): string => `${resourceType}/${id ?? ''}`;

/** Every value of the named element, at any depth. */
function valuesOf(element: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((part) => valuesOf(element, part));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, part]) => [
    ...(name === element && typeof part === 'string' ? [part] : []),
    ...valuesOf(element, part),
  ]);
}

/** Resource types that are about nobody. */
const impersonal = new Set([
  'Medication',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'ResearchStudy',
]);

/** The elements in which R4 names the patient of a resource. */
const patientElements = ['beneficiary', 'individual', 'patient', 'subject'] as const;

const patientOf = (resource: object): unknown => {
  const record = resource as Readonly<Record<string, { readonly reference?: string } | undefined>>;
  return patientElements.map((element) => record[element]?.reference).find((found) => found !== undefined);
};

describe('fixtures', () => {
  it('are one folder each', () => {
    const folders = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'generator')
      .map(({ name }) => name);
    expect(folders.toSorted()).toEqual(all.map(({ name }) => name).toSorted());
  });

  it('share no id, since one server holds all their charts', () => {
    const names = all.flatMap((fixture) => resourcesOf(fixture).map(nameOf));
    const ids = names.map((name) => name.split('/')[1]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('have a story each, as the generator tells it', () => {
    expect(readFileSync(new URL('stories.json', folder), 'utf8')).toBe(storiesText(all));
    expect(all.filter(({ story }) => story.trim() === '').map(({ name }) => name)).toEqual([]);
  });

  it('come out the same a second time', () => {
    expect(fixtures().map(fileTexts)).toEqual(all.map(fileTexts));
  });
});

describe.each(all.map((fixture) => [fixture.name, fixture] as const))('%s', (name, fixture) => {
  const resources = resourcesOf(fixture);
  const drafts = draftsOf(fixture);
  const { patientId, encounterId, userId } = fixture.files['order-sign.json'].context;

  it.each(Object.entries(fileTexts(fixture)))(
    '%s is what the generator writes, and is JSON',
    (file, text) => {
      const committed = readFileSync(new URL(`${name}/${file}`, folder), 'utf8');
      expect(committed === text, `${name}/${file} differs: npm run fixtures`).toBe(true);
      expect(() => {
        JSON.parse(committed);
      }).not.toThrow();
    },
  );

  it('holds between 50 and 500 resources, one of them a patient', () => {
    expect(resources.length).toBeGreaterThanOrEqual(50);
    expect(resources.length).toBeLessThanOrEqual(500);
    expect(resources.filter(({ resourceType }) => resourceType === 'Patient').map(({ id }) => id)).toEqual([
      patientId,
    ]);
  });

  it('names its own patient in every resource that is about somebody', () => {
    const personal = [...resources, ...drafts].filter(
      (resource) => !impersonal.has((resource as FhirResource).resourceType),
    );
    for (const resource of personal) {
      expect(patientOf(resource), nameOf(resource as FhirResource)).toBe(`Patient/${patientId}`);
    }
  });

  it('resolves every reference, the orders’ among the drafts or in the chart', () => {
    const inChart = new Set(resources.map(nameOf));
    const inDrafts = new Set(drafts.map((draft) => nameOf(draft as FhirResource)));
    const dangling = (value: unknown, known: readonly ReadonlySet<string>[]): readonly unknown[] =>
      valuesOf('reference', value).filter(
        (reference) => !known.some((names) => names.has(String(reference))),
      );
    expect(resources.flatMap((resource) => dangling(resource, [inChart]))).toEqual([]);
    expect(
      drafts.flatMap((draft) => {
        const contained =
          'contained' in draft ? valuesOf('id', draft.contained).map((id) => `#${String(id)}`) : [];
        return dangling(draft, [inChart, inDrafts, new Set(contained)]);
      }),
    ).toEqual([]);
    expect(inChart).toContain(userId);
    expect(inChart).toContain(`Encounter/${encounterId}`);
  });

  it('gives each entry a fullUrl of its own, or gives none at all', () => {
    const urls = (fixture.files['chart.json'].entry ?? []).map(({ fullUrl }) => fullUrl);
    const given = urls.filter((url) => url !== undefined);
    expect([0, urls.length]).toContain(given.length);
    expect(new Set(given).size).toBe(given.length);
    for (const url of given) expect(url).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('keeps ids to FHIR’s 64 characters and to its own prefix', () => {
    for (const { id } of resources) {
      expect(id).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
      expect(id?.startsWith(patientId)).toBe(true);
    }
  });

  it('reports nothing from after the order', () => {
    const reported = resources.filter(
      ({ resourceType }) =>
        !['ClaimResponse', 'Coverage', 'Encounter', 'ServiceRequest'].includes(resourceType),
    );
    const dates = [
      'effectiveDateTime',
      'issued',
      'recordedDate',
      'authoredOn',
      'performedDateTime',
      'whenHandedOver',
      'authored',
    ];
    const late = reported.flatMap((resource) =>
      [...dates, 'start', 'end', 'date', 'occurrenceDateTime']
        .flatMap((element) => valuesOf(element, resource))
        .filter((date) => String(date).slice(0, 10) >= orderDay)
        .map((date) => `${nameOf(resource)} ${String(date)}`),
    );
    expect(late).toEqual([]);
  });

  it('orders for a coverage of a payer whose policies are on file, active on the order day', () => {
    const coverage = resources.find(
      (resource) =>
        resource.resourceType === 'Coverage' &&
        resource.order === 1 &&
        resource.period?.start === '2026-01-01',
    );
    expect(coverage).toMatchObject({
      status: 'active',
      payor: [
        {
          display: expect.stringMatching(
            /^(CarePartners of Connecticut|Blue Cross Blue Shield of Massachusetts|Excellus BlueCross BlueShield)$/,
          ) as string,
        },
      ],
    });
    const orders = drafts.filter((draft) => 'insurance' in draft);
    expect(orders.length).toBeGreaterThan(0);
    for (const order of orders) {
      expect(order).toMatchObject({
        status: 'draft',
        intent: 'order',
        insurance: [{ reference: `Coverage/${coverage?.id ?? ''}` }],
      });
    }
  });
});
