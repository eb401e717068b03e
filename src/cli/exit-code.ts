import type { Evaluation } from '../crd/evaluation.ts';
import type { Decision } from '../engine/determination.ts';

/** What happened, as a process says it. From 64 on with the meaning that BSD's sysexits(3) gives it. */
export const EXIT = {
  criteriaMet: 0,
  documentationNeeded: 1,
  notCovered: 2,
  noDetermination: 3,
  usage: 64,
  badData: 65,
  missingData: 69,
  internal: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end of the command that its user can do something about: one line, and the code that goes with it. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

const BY_DECISION: Readonly<Record<Decision, ExitCode>> = {
  'criteria-met': EXIT.criteriaMet,
  'documentation-needed': EXIT.documentationNeeded,
  'criteria-not-met': EXIT.notCovered,
  'no-covered-indication': EXIT.notCovered,
};

/** The worst of what the orders came to; a CAR-T order without a determination is worse than any decision. */
export function exitCode({ determinations, ungoverned, unreadOrders }: Evaluation): ExitCode {
  if (unreadOrders.length > 0) return EXIT.missingData;
  if (ungoverned.length > 0 || determinations.length === 0) return EXIT.noDetermination;
  return determinations
    .map(({ determination }) => BY_DECISION[determination.decision])
    .reduce((worst, code) => (code > worst ? code : worst));
}
