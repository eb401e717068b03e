import type { Evaluation, Ungoverned } from '../crd/evaluation.ts';
import { isOpen } from '../crd/hook-orders.ts';
import { contextEntries, type HookRequest } from '../crd/hook-request.ts';
import { UNDETERMINED, ungovernedWords } from '../engine/explanation.ts';
import { objects, property, text, type JsonObject } from '../fhir/json.ts';
import { determinationText } from './determination-text.ts';
import { isOrder } from './order-file.ts';
import { lines, WIDTH, type Paint } from './text.ts';

/** Everything that was determined, then what was not. */
export function evaluationText(evaluation: Evaluation, request: HookRequest, paint: Paint): string {
  const rule = ['', paint('dim', '─'.repeat(WIDTH)), ''];
  const determined = evaluation.determinations.map(({ determination, governed }) =>
    determinationText(determination, governed, paint),
  );
  const rest = undeterminedText(evaluation, request, paint);
  const parts = rest.length === 0 ? determined : [...determined, rest];
  return `${parts.flatMap((part, index) => (index === 0 ? part : [...rule, ...part])).join('\n')}\n`;
}

/** The orders that got no determination, each with its reason: a sentence or two. */
export function undeterminedText(
  { determinations, ungoverned, unreadOrders }: Evaluation,
  request: HookRequest,
  paint: Paint,
): readonly string[] {
  const known = new Set([
    ...determinations.map(({ determination }) => determination.order),
    ...ungoverned.map(({ order }) => order),
  ]);
  // Other hooks ask about some orders, or about orders that are not in the request.
  const others =
    request.hook === 'order-sign' ? drafts(request).filter(({ reference }) => !known.has(reference)) : [];
  const told = [
    ...ungoverned.map(({ order, ...why }) => `${order}: ${reasonWords(why)}`),
    ...others
      // Not those that the sentence on unread orders is about.
      .filter(({ resource }) => unreadOrders.length === 0 || !refersToMedication(resource))
      .map(
        ({ reference, resource }) => `${reference}${inBrackets(nameOf(resource))}: ${otherWords(resource)}`,
      ),
    ...(unreadOrders.length === 0
      ? []
      : [
          `${unreadOrders.length === 1 ? 'One order names its' : `${unreadOrders.length} orders name their`} drug in a Medication that could not be read: whether it is CAR-T cannot be told.`,
        ]),
  ];
  const nothing =
    determinations.length === 0 && told.length === 0 ? ['There is no CAR-T order in the request.'] : [];
  const all = [...told, ...nothing];
  return all.length === 0
    ? []
    : [
        paint('bold', determinations.length === 0 ? 'No determination' : 'Without a determination'),
        ...all.flatMap((sentence) => lines({ lead: '- ', text: sentence, indent: 2 }, paint)),
      ];
}

function reasonWords({ product, reason, coverage, periods, because }: Omit<Ungoverned, 'order'>): string {
  const payer = coverage === undefined ? '' : (coverage.payer?.name ?? coverage.payerName);
  const { clause, sentence } = ungovernedWords(reason, payer, periods, because);
  return `${product?.brand ?? 'this CAR-T order'}: ${clause}. ${sentence} ${UNDETERMINED}`;
}

interface Draft {
  readonly reference: string;
  readonly resource: JsonObject;
}

const drafts = ({ context }: HookRequest): readonly Draft[] =>
  contextEntries(context, 'draftOrders').flatMap((entry, index) =>
    objects(entry['resource'])
      .filter(isOrder)
      .map((resource) => {
        const type = text(resource['resourceType']) ?? '';
        const id = text(resource['id']);
        const reference =
          id === undefined ? (text(entry['fullUrl']) ?? `${type}/draft-${index}`) : `${type}/${id}`;
        return { reference, resource };
      }),
  );

const refersToMedication = (resource: JsonObject): boolean =>
  text(property(resource['medicationReference'], 'reference')) !== undefined;

const otherWords = (resource: JsonObject): string =>
  isOpen({ resource })
    ? 'no CAR-T order, so there is nothing to determine.'
    : 'withdrawn, or an order not to perform: it was not evaluated.';

/** What the order is for, as it says itself. */
const nameOf = (resource: JsonObject): string | undefined =>
  ['medicationCodeableConcept', 'codeCodeableConcept', 'code']
    .flatMap((element) => objects(resource[element]))
    .flatMap((concept) => [concept['text'], ...objects(concept['coding']).map(({ display }) => display)])
    .concat(property(resource['medicationReference'], 'display'))
    .map(text)
    .find((name) => name !== undefined);

const inBrackets = (name: string | undefined): string => (name === undefined ? '' : ` (${name})`);
