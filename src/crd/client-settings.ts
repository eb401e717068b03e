import type { CardType } from './card-types.ts';

/** How one client is answered. What a client asks for in a request (`davinci-crd.configuration`) can only take away. */
export interface ClientSettings {
  /**
   * The payer whose CRD endpoint this client takes us for: every order then gets an answer, `conditional` where no
   * policy governs it. Undefined: orders that no policy governs pass by.
   */
  readonly crdPayer: { readonly id: string; readonly name: string } | undefined;
  /** The determination is said in a card too: Epic takes no system action on a MedicationRequest. */
  readonly repeatInCard: boolean;
  /** Send `pa-needed` with `not-covered` to 2.0 clients: its q2 fails under the Java validator (`crd.md` 5.1). */
  readonly noAuthWithNotCovered: boolean;
  /** Leave out `doc-purpose` for 2.1 and 2.2 clients: their q4 fails under the Java validator (`crd.md` 5.1). */
  readonly withoutDocPurpose: boolean;
  /** Card types that this client is never sent. */
  readonly cardTypesOff: readonly CardType[];
  /** A SMART app to offer beside a determination; registered with the client beforehand. */
  readonly smartApp: { readonly label: string; readonly url: string } | undefined;
}

export const SANDBOX_CLIENT: ClientSettings = {
  crdPayer: undefined,
  repeatInCard: true,
  noAuthWithNotCovered: false,
  withoutDocPurpose: false,
  cardTypesOff: [],
  smartApp: undefined,
};
