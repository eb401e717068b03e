import { describe, expect, it } from 'vitest';
import { createService, determinationsOf } from '../server/service.ts';
import { answerOf, bundle, orderSign, resourcesOf, withConfiguration, type Answer } from './service.ts';

const app = createService();
const aboutOf = (card: Answer['cards'][number] | undefined): readonly unknown[] =>
  (card?.['extension'] as Record<string, readonly unknown[]> | undefined)?.[
    'davinci-crd.associated-resource'
  ] ?? [];
const pagesOf = ({ cards }: Answer): Answer['cards'] =>
  cards.filter(({ detail }) => detail.includes('Decision support'));

describe('services of one therapy that are ordered together', () => {
  const body = orderSign('excellus-documents-missing');
  const orders = ['collection', 'preparation', 'receipt', 'administration'].map(
    (name) => `ServiceRequest/osei-draft-${name}`,
  );

  it('get a determination each, without a product and with all criteria', async () => {
    const determinations = await determinationsOf(app, body);
    expect(determinations.map(({ order }) => order)).toEqual(orders);
    expect(new Set(determinations.map(({ id }) => id)).size).toBe(4);
    for (const { product, indication, criteria } of determinations) {
      expect([product, indication]).toEqual([null, 'candidate']);
      expect(criteria.length).toBe(5);
    }
  });

  it('get one card, which names every order and its day', async () => {
    const answer = await answerOf(app, body);
    const [page, ...others] = pagesOf(answer);
    expect(others).toEqual([]);
    expect(aboutOf(page)).toEqual(orders);
    expect(page?.detail).toContain('osei-draft-collection, planned for 2026-04-16; ');
    expect(page?.detail).toContain('osei-draft-administration, planned for 2026-05-19, under');
  });

  it('are referred to as objects in 2.2', async () => {
    const [page] = pagesOf(await answerOf(app, withConfiguration(body, {}, '2.2')));
    expect(aboutOf(page)).toEqual(orders.map((reference) => ({ reference })));
  });

  it('are offered the missing tests once, and only those that are missing', async () => {
    const { cards } = await answerOf(app, body);
    const offered = cards.filter(({ summary }) => summary.includes('tests that would supply'));
    expect(offered.length).toBe(1);
    expect(offered[0]?.suggestions?.map(({ actions }) => actions[0]?.description)).toEqual([
      'Adds a draft order: CMV antibody (IgG)',
      'Adds a draft order: Hepatitis B surface antigen',
      'Adds a draft order: Hepatitis C antibody',
      'Adds a draft order: HIV antigen and antibody',
      'Adds a draft order: 12-lead EKG',
      'Adds a draft order: Chest x-ray, two views',
    ]);
  });

  it('carry the coverage information each', async () => {
    const { systemActions } = await answerOf(app, body);
    expect(systemActions?.map(({ resource }) => `ServiceRequest/${String(resource['id'])}`)).toEqual(orders);
  });
});

describe('a checklist on a card', () => {
  const lines = async (name: string): Promise<readonly string[]> => {
    const [page] = pagesOf(await answerOf(app, orderSign(name)));
    return (page?.detail ?? '').split('\n').filter((line) => line.startsWith('  - '));
  };

  it('lists what is missing first, then what is on file with its date and reference', async () => {
    const listed = await lines('excellus-documents-missing');
    expect(listed).toContain('  - **Missing: 12-lead EKG (F.1).**');
    expect(listed).toContainEqual(
      expect.stringMatching(/Missing: Serologies .* Needed: CMV serology; Hepatitis B/),
    );
    expect(listed).toContainEqual(
      expect.stringMatching(/On file: Metabolic profile \(E\.2\): 2025-07-15, .*DiagnosticReport\/osei-/),
    );
    const isMissing = listed.map((line) => line.startsWith('  - **'));
    expect(isMissing).toEqual([...isMissing].sort((a, b) => Number(b) - Number(a)));
    expect(listed.length).toBe(19);
  });

  it('says what does not apply, and asks a document of a coded risk', async () => {
    const listed = await lines('excellus-copd-without-pft');
    expect(listed).toContain('  - Does not apply: Place of service, outpatient (A.1).');
    expect(listed).toContainEqual(
      expect.stringMatching(/Missing: Pulmonary function tests .*Needed: Pulmonary function tests/),
    );
  });

  it('tells no result of an HIV test', async () => {
    const listed = await lines('excellus-documents-complete');
    const hiv = listed.find((line) => line.includes('HIV testing'));
    expect(hiv).toContain('2026-02-10');
    expect(hiv).not.toMatch(/negative|positive/i);
  });
});

describe('how to submit', () => {
  it('is on the card and in the determination, with the form, the fax and what the request carries', async () => {
    const body = orderSign('carvykti-on-lenalidomide');
    const [page] = pagesOf(await answerOf(app, body));
    expect(page?.detail).toContain('Form 943: ');
    expect(page?.detail).toContain('Fax 888-973-0726, for providers outside the network.');
    expect(page?.detail).toContain('The request carries: NPI or provider ID of the facility');
    const [determination] = await determinationsOf(app, body);
    expect(determination?.submit).toMatchObject({
      portal: 'Authorization Manager',
      fax: '888-973-0726',
      forms: [{ number: '943' }],
    });
  });

  it('names the national coverage decision that the policy refers to', async () => {
    const [determination] = await determinationsOf(app, orderSign('mcl-all-attested'));
    expect(determination?.submit).toMatchObject({
      fax: '617-673-0956',
      references: [{ label: 'Medicare NCD 110.24, CAR T-cell therapy' }],
    });
  });

  it('says which decision governs a plan line that the policy leaves out', async () => {
    const medicare = { coding: [{ system: 'https://nahdo.org/sopt', code: '111', display: 'Medicare HMO' }] };
    const chart = resourcesOf('excellus-documents-complete').map((resource) =>
      resource['resourceType'] === 'Coverage' ? { ...resource, type: medicare, class: [] } : resource,
    );
    const body = { ...orderSign('excellus-documents-complete'), prefetch: { chart: bundle(chart) } };
    const { cards } = await answerOf(app, body);
    expect(cards.map(({ detail }) => detail)).toEqual([expect.stringContaining('NCD 110.24')]);
  });
});
