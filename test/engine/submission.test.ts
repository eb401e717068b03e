import { describe, expect, it } from 'vitest';
import { submissionOf, submissionSentences } from '../../src/engine/submission.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { smallLibrary } from '../support/small-library.ts';
import { orderOf } from './small-chart.ts';

const library = smallLibrary("- { id: '1', title: T, locator: L, attest: clinician }");
const [base] = library.policies;
if (base === undefined) throw new Error('the library has no policy');
const [indication] = base.indications;
if (indication === undefined) throw new Error('the policy has no indication');
const order = orderOf(library, {});

const form = (number: string, ...indications: readonly string[]) => ({
  number,
  title: `Request ${number}`,
  indications,
});
const policyWith = (submit: Partial<Policy['submit']>): Policy => ({
  ...base,
  links: [{ label: 'Rule', url: 'https://payer.example.org/rule' }],
  indications: [
    { ...indication, id: 'one' },
    { ...indication, id: 'two' },
    { ...indication, id: 'other', products: ['another'] },
  ],
  submit: { ...base.submit, ...submit },
});
const forms = [form('1', 'one'), form('2', 'two'), form('3', 'other')];
const numbers = (policy: Policy, id: string | null): readonly string[] =>
  submissionOf(policy, id, 'documentation-needed', order).forms.map(({ number }) => number);

describe('a submission', () => {
  it('has the form of the indication', () => {
    expect(numbers(policyWith({ forms }), 'two')).toEqual(['2']);
  });

  it('has a form that the policy gives for every indication', () => {
    expect(numbers(policyWith({ forms: [form('9')] }), 'one')).toEqual(['9']);
  });

  it('has those of every indication of the product where none was chosen', () => {
    expect(numbers(policyWith({ forms }), null)).toEqual(['1', '2']);
  });

  it('has none where the policy does not cover the disease', () => {
    const submit = submissionOf(policyWith({ forms }), null, 'no-covered-indication', order);
    expect(submit.forms).toEqual([]);
    expect(submit.isFormMissing).toBeUndefined();
  });

  it('says so where the policy lists forms and none for the indication', () => {
    const submit = submissionOf(
      policyWith({ forms: [form('1', 'one')] }),
      'two',
      'documentation-needed',
      order,
    );
    expect(submit).toMatchObject({ forms: [], isFormMissing: true });
    expect(submissionSentences(submit)).toContain(
      'The policy lists no form for this indication: ask the payer which to use.',
    );
  });

  it('says nothing of forms where the policy lists none at all', () => {
    const submit = submissionOf(policyWith({ forms: [] }), 'one', 'documentation-needed', order);
    expect(submit.isFormMissing).toBeUndefined();
  });

  it('is told with form, fax, who sends by fax, and what the request carries', () => {
    const submit = submissionOf(
      policyWith({
        text: 'Send it in the portal',
        portal: 'Portal',
        fax: '555-0100',
        faxFor: 'providers outside the network',
        forms,
        carries: [
          { text: 'NPI of the facility', npiOf: 'facility' },
          { text: 'NPI of the surgeon', npiOf: 'practitioner' },
        ],
      }),
      'one',
      'documentation-needed',
      order,
    );
    expect(submit).toMatchObject({
      portal: 'Portal',
      references: [{ label: 'Rule', url: 'https://payer.example.org/rule' }],
    });
    expect(submissionSentences(submit)).toEqual([
      'Send it in the portal.',
      'Form 1: Request 1.',
      'Fax 555-0100, for providers outside the network.',
      'The request carries: NPI of the facility; NPI of the surgeon.',
    ]);
  });

  it('says that the form depends on the indication where several may be the one', () => {
    const submit = submissionOf(policyWith({ forms }), null, 'documentation-needed', order);
    expect(submissionSentences(submit)).toContain('The form depends on the indication.');
  });
});
