import { evaluateRequest } from '../crd/evaluate.ts';
import { MissingData } from '../crd/evaluation.ts';
import { PolicyProblems } from '../server/policies.ts';
import { readArguments } from './arguments.ts';
import { evaluationText, undeterminedText } from './evaluation-text.ts';
import { CommandError, exitCode, EXIT, type ExitCode } from './exit-code.ts';
import { HELP } from './help.ts';
import { readInput } from './input.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * `npm run determine`: reads, evaluates and prints. A mistake of the user's is one line on stderr.
 * @throws Error only for what is wrong with the program
 */
export async function determineCommand(
  argv: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  try {
    return await run(argv, surroundings);
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof PolicyProblems)) throw error;
    surroundings.error(`determine: ${error.message}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.internal;
  }
}

async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const options = readArguments(argv);
  const { paint, out, error } = surroundings;
  if (options === 'help') {
    out(HELP);
    return 0;
  }
  const { request, client } = await readInput(options, surroundings);
  const asOf = options.asOf ?? surroundings.today();
  const evaluation = await evaluateRequest(request, surroundings.library(), client, asOf).catch(
    (reason: unknown) => {
      if (!(reason instanceof MissingData)) throw reason;
      const isRemediable = options.coverage === undefined && reason.message.includes('Coverage');
      throw new CommandError(
        EXIT.missingData,
        `${reason.message}${isRemediable ? '; --coverage <file> supplies it' : ''}`,
      );
    },
  );
  if (options.json) {
    const determinations = evaluation.determinations.map(({ determination }) => ({
      id: surroundings.newUuid().replaceAll('-', '').slice(0, 24),
      ...determination,
    }));
    out(`${JSON.stringify({ determinations }, null, 2)}\n`);
    const rest = undeterminedText(evaluation, request, (_style, text) => text);
    if (rest.length > 0) error(`${rest.join('\n')}\n`);
  } else out(evaluationText(evaluation, request, paint));
  if (options.coverage === undefined && evaluation.ungoverned.some(({ reason }) => reason === 'no-coverage'))
    error('determine: --coverage <file> adds a Coverage to the chart\n');
  return exitCode(evaluation);
}
