/** A mistake in what the user asked for: told in one line. */
export class Mistake extends Error {}
