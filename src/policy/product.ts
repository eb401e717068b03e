import { derived } from '../fhir/derived.ts';
import type { Coding, Terminology } from '../fhir/terminology.ts';
import type { Product, ProductLibrary } from './vocabulary.ts';
import { asWords } from './words.ts';

/** What an order is for. `car-t`: CAR-T, without naming one product. `other`: no CAR-T order. */
export type OrderedItem =
  | { readonly kind: 'product'; readonly product: Product }
  | { readonly kind: 'car-t' }
  | { readonly kind: 'other' };

/** The names of a library as words. */
interface Names {
  readonly products: readonly { readonly product: Product; readonly phrases: readonly string[] }[];
  readonly general: readonly string[];
  /** Any phrase of a product: one look at a text, which nearly always has none. */
  readonly ofAnyProduct: RegExp;
}

const namesOf = derived((library: ProductLibrary): Names => {
  const products = library.products.map((product) => ({ product, phrases: product.names.map(asWords) }));
  return {
    products,
    general: library.generalNames.map(asWords),
    // Words hold letters, digits and spaces alone.
    ofAnyProduct: new RegExp(products.flatMap(({ phrases }) => phrases).join('|')),
  };
});

/** The value sets of all codes that speak of CAR-T: one look at a code, which nearly always does not. */
const carTCodes = derived((library: ProductLibrary): readonly string[] => [
  ...library.products.flatMap(({ codes }) => codes),
  ...library.generalCodes,
]);

const namedBy = (words: string, library: ProductLibrary): readonly Product[] => {
  const text = asWords(words);
  const { products, ofAnyProduct } = namesOf(library);
  return ofAnyProduct.test(text)
    ? products
        .filter(({ phrases }) => phrases.some((phrase) => text.includes(phrase)))
        .map(({ product }) => product)
    : [];
};

/** True when words speak of CAR-T at all: a product, or the therapy. */
export const speaksOfCarT = (words: string, library: ProductLibrary): boolean =>
  namedBy(words, library).length > 0 ||
  namesOf(library).general.some((phrase) => asWords(words).includes(phrase));

/**
 * The product by the order's codes; by its text only where no code names something else (`clinical/facts.md` 2.6).
 * Codes that name two products, or a code and a text that do, name none.
 */
export function orderedItem(
  codings: readonly Coding[],
  texts: readonly string[],
  library: ProductLibrary,
  terminology: Terminology,
): OrderedItem {
  const words = [...texts, ...codings.flatMap(({ display }) => display ?? [])];
  const byText = [...new Set(words.flatMap((item) => namedBy(item, library)))];
  const isIn =
    (sets: readonly string[]) =>
    (coding: Coding): boolean =>
      coding.key !== undefined && terminology.includes(sets, coding.key);
  if (byText.length === 0 && !codings.some(isIn(carTCodes(library)))) return { kind: 'other' };
  const byCode = library.products.filter(({ codes }) => codings.some(isIn(codes)));

  const [coded] = byCode;
  if (coded !== undefined) {
    return byCode.length === 1 && byText.every((product) => product === coded)
      ? { kind: 'product', product: coded }
      : { kind: 'car-t' };
  }
  // A drug or procedure code that is understood, and names neither CAR-T nor nothing, says what is ordered.
  const [isOfTherapy, isUnclassified] = [isIn(library.generalCodes), isIn(library.unclassifiedCodes)];
  const namesSomethingElse = codings.some(
    (coding) =>
      coding.key !== undefined &&
      !isOfTherapy(coding) &&
      !isUnclassified(coding) &&
      namedBy(coding.display ?? '', library).length === 0,
  );
  const [named] = byText;
  if (named !== undefined && byText.length === 1 && !namesSomethingElse)
    return { kind: 'product', product: named };
  return codings.some(isOfTherapy) ? { kind: 'car-t' } : { kind: 'other' };
}
