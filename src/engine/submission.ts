import { isForProduct, type Indication, type Policy } from '../policy/policy.ts';
import type { Decision } from './determination.ts';
import type { PlannedOrder } from './result.ts';

/** How a request for this order reaches the payer: what the policy says, with the forms of its indication. */
export interface Submission {
  /** A sentence without its full stop. */
  readonly text: string;
  /** The payer's own site for requests. */
  readonly portal?: string;
  readonly fax?: string;
  /** Who sends by fax, when not everybody. */
  readonly faxFor?: string;
  readonly url?: string;
  /** Of the indication; of every indication of the product where none was chosen. */
  readonly forms: readonly Form[];
  /** True where the policy lists forms, and none for this indication. */
  readonly isFormMissing?: true;
  /** What the request must carry: identifiers, roles. */
  readonly carries: readonly string[];
  /** What the policy refers to. */
  readonly references: readonly { readonly label: string; readonly url: string }[];
}

export interface Form {
  readonly number: string;
  readonly title: string;
}

/** @param indication null where no diagnosis chose one; a diagnosis that the policy does not cover has no form */
export function submissionOf(
  { submit, links, indications }: Policy,
  indication: string | null,
  decision: Decision,
  order: PlannedOrder,
): Submission {
  const isPossible = ({ id, products }: Indication): boolean =>
    indication === null
      ? decision !== 'no-covered-indication' &&
        (order.product === null || isForProduct(products, order.product))
      : id === indication;
  const possible = indications.filter(isPossible).map(({ id }) => id);
  const forms = submit.forms.filter((form) =>
    form.indications.length === 0
      ? possible.length > 0
      : form.indications.some((id) => possible.includes(id)),
  );
  return {
    text: submit.text,
    ...(submit.portal === undefined ? {} : { portal: submit.portal }),
    ...(submit.fax === undefined ? {} : { fax: submit.fax }),
    ...(submit.faxFor === undefined ? {} : { faxFor: submit.faxFor }),
    ...(submit.url === undefined ? {} : { url: submit.url }),
    forms: forms.map(({ number, title }) => ({ number, title })),
    ...(submit.forms.length > 0 && forms.length === 0 && possible.length > 0 ? { isFormMissing: true } : {}),
    carries: submit.carries.map((carried) => carried.text),
    references: links,
  };
}

/** The same in sentences. */
export function submissionSentences({
  text,
  fax,
  faxFor,
  forms,
  isFormMissing,
  carries,
}: Submission): readonly string[] {
  return [
    `${text}.`,
    ...(forms.length > 1 ? ['The form depends on the indication.'] : []),
    ...forms.map(({ number, title }) => `Form ${number}: ${title}.`),
    ...(isFormMissing === true
      ? ['The policy lists no form for this indication: ask the payer which to use.']
      : []),
    ...(fax === undefined ? [] : [`Fax ${fax}${faxFor === undefined ? '' : `, for ${faxFor}`}.`]),
    ...(carries.length === 0 ? [] : [`The request carries: ${carries.join('; ')}.`]),
  ];
}
