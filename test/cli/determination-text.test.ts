import { describe, expect, it } from 'vitest';
import { determinationText } from '../../src/cli/determination-text.ts';
import { evaluateRequest } from '../../src/crd/evaluate.ts';
import { readHookRequest } from '../../src/crd/hook-request.ts';
import type { Determination } from '../../src/engine/determination.ts';
import { fits, fixture, library, runInside, scratchFolder } from './command-line.ts';

/** A fixture's determination, with elements replaced by what a policy with more indications would give. */
async function written(name: string, more: Partial<Determination>): Promise<string> {
  const { chart, request } = fixture(name);
  const read = readHookRequest({ ...request, prefetch: { chart } }, undefined);
  if ('code' in read) throw new Error(read.message);
  const { determinations } = await evaluateRequest(read, library, undefined, '2026-03-02');
  const [first] = determinations;
  if (first === undefined) throw new Error(`fixture ${name} has no determination`);
  const text = determinationText({ ...first.determination, ...more }, first.governed, (_style, part) => part);
  expect(text.filter((line) => !fits(line))).toEqual([]);
  return text.join('\n');
}

describe('the text of a determination', () => {
  it('lists an indication that fits too, with its criteria in one line each', async () => {
    const criteria = [
      {
        id: 'carepartners-ct-tecartus/second/4.b',
        title: 'Something else',
        locator: 'Elsewhere, 4.b',
        status: 'not-met' as const,
        evidence: [],
        missing: [],
        searched: [],
        criteria: [],
      },
    ];
    const text = await written('mcl-all-attested', {
      alternatives: [{ indication: 'second', decision: 'criteria-not-met', criteria }],
    });
    expect(text).toContain('\n\nAlso fits: second: criteria-not-met\n✗ not met  4.b  Something else\n\n');
  });

  it('prints the tree of a possible indication when no diagnosis chose one', async () => {
    const text = await written('b-all-refuted', {});
    expect(text).toContain('\nIndication    none that a diagnosis in the chart chooses\n');
    expect(text).toMatch(/\nCriteria of a possible indication, B-cell[^✓]*\n\? open {5}1 {2}Diagnosis/);
    expect(text).toMatch(/found {5}Condition\/novak-b-all-differential: .*\n.*\n? *.*verification status/);
  });

  it('names the diagnosis that is not covered, and no criteria', async () => {
    const text = await written('t-all', {});
    expect(text).toContain('\nIndication    none that the policy covers\n');
    expect(text).toContain('- chart.diagnosis: The confirmed diagnosis (Condition/');
    expect(text).not.toContain('Criteria');
  });

  it('shows all sides of a criterion that a person must review', async () => {
    const scratch = scratchFolder();
    const { resources } = fixture('mcl-prior-car-t-trial');
    const answer = {
      resourceType: 'QuestionnaireResponse',
      id: 'answer',
      status: 'completed',
      subject: { reference: 'Patient/lindgren' },
      author: { reference: 'Practitioner/any' },
      authored: '2026-03-01',
      item: [
        {
          linkId: 'carepartners-ct-tecartus/tecartus/limit.prior-car-t',
          answer: [{ valueBoolean: true }],
        },
      ],
    };
    const chart = scratch.write('chart.json', [...resources, answer]);
    const { out } = await runInside(['--chart', chart, '--order', 'mcl-prior-car-t-trial']);
    scratch.remove();
    expect(out).toMatch(
      /\? open {5}limit\.prior-car-t {2}[^✓✗?]*open {6}a person must review it\n[^✓✗?]*found {5}Procedure\/lindgren-procedure-car-t-trial[^✓✗?]*QuestionnaireResponse\/answer: true/,
    );
  });

  it('says of an order without a product which products there are', async () => {
    const scratch = scratchFolder();
    const order = scratch.write('order.json', {
      resourceType: 'ServiceRequest',
      code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '38228' }] },
    });
    const { code, out } = await runInside(['--chart', 'mcl-all-attested', '--order', order]);
    scratch.remove();
    expect(code).toBe(1);
    expect(out).toContain('Product       a CAR-T product that the order does not name');
    expect(out).toMatch(
      /\? open {5}product {2}The order names the CAR-T product\n[^✓✗?]*missing {3}Name the product: /,
    );
    expect(out).not.toContain('Indication');
  });
});
