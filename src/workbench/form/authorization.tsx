import { useState } from 'react';
import type { Bundle, ClaimResponse, FhirResource } from 'fhir/r4.js';
import { isObject } from '../../fhir/json.ts';
import { getJson, postJson, type ApiProblem, type HookBody, type StoredDetermination } from '../api.ts';
import { Disclosure } from '../components/disclosure.tsx';
import { JsonView } from '../components/json-view.tsx';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { tokenOf } from '../hook-body.ts';
import { asProblem, useSession } from '../session.tsx';
import { AuthorizationAnswer } from './authorization-answer.tsx';

interface Step<Result> {
  readonly isRunning: boolean;
  readonly result: Result | undefined;
  readonly problem: ApiProblem | undefined;
}

const IDLE = { isRunning: false, result: undefined, problem: undefined } as const;

/** The request for authorization that a determination leads to, and what the sandbox payer says to it. */
export function Authorization({ determination }: { readonly determination: StoredDetermination }) {
  const { request, isRunning, run } = useSession();
  const [made, setMade] = useState<Step<Bundle>>(IDLE);
  const [answered, setAnswered] = useState<Step<ClaimResponse>>(IDLE);
  const path = `determinations/${encodeURIComponent(determination.id)}/prior-authorization`;

  const make = async (): Promise<void> => {
    setMade({ ...IDLE, isRunning: true });
    setAnswered(IDLE);
    try {
      setMade({ ...IDLE, result: (await requestAt(path, request)) as Bundle });
    } catch (error) {
      setMade({ ...IDLE, problem: asProblem(error) });
    }
  };
  const submit = async (bundle: Bundle): Promise<void> => {
    setAnswered({ ...IDLE, isRunning: true });
    try {
      const answer = (await postJson('fhir/Claim/$submit', bundle)) as Bundle;
      const [response] = resourcesOf(answer).filter(({ resourceType }) => resourceType === 'ClaimResponse');
      if (response === undefined) throw new Error('The answer holds no ClaimResponse.');
      setAnswered({ ...IDLE, result: response as ClaimResponse });
    } catch (error) {
      setAnswered({ ...IDLE, problem: asProblem(error) });
    }
  };

  return (
    <section className="panel" aria-labelledby="authorization">
      <div>
        <h2 id="authorization">Request for authorization</h2>
        <p className="quiet">
          The order, the diagnoses, the completed form and the records that the evidence names, as a bundle
          that a payer takes (Da Vinci PAS), or on paper for fax and portal.
        </p>
      </div>
      <p className="row">
        <button
          type="button"
          className="button"
          disabled={made.isRunning || isRunning}
          onClick={() => {
            void make();
          }}
        >
          Put the request together
        </button>
        <a className="button" href={`${path}?_format=html`} target="_blank" rel="noreferrer">
          Show it on paper
        </a>
        {made.isRunning ? <Progress what="Reading the records again" /> : null}
      </p>
      {made.problem === undefined ? null : (
        <Problem title="The request cannot be sent yet" problem={made.problem} />
      )}
      {made.result === undefined ? null : (
        <>
          <p role="status">The request holds {contentWords(made.result)}.</p>
          <Disclosure title="The request as FHIR">
            <JsonView label="Request for authorization" value={made.result} />
          </Disclosure>
          <p className="row">
            <button
              type="button"
              className="button button-primary"
              disabled={answered.isRunning}
              onClick={() => {
                if (made.result !== undefined) void submit(made.result);
              }}
            >
              Send it to the sandbox payer
            </button>
            {answered.isRunning ? <Progress what="The sandbox payer evaluates it" /> : null}
          </p>
        </>
      )}
      {answered.problem === undefined ? null : (
        <Problem title="The sandbox payer refused the request" problem={answered.problem} />
      )}
      {answered.result === undefined ? null : (
        <AuthorizationAnswer
          response={answered.result}
          onSign={() => {
            void run();
          }}
        />
      )}
    </section>
  );
}

/** What only the call brought along goes with the question: prefetch, and the token for the FHIR server. */
const requestAt = (path: string, request: HookBody | undefined): Promise<unknown> =>
  request !== undefined && (isObject(request['prefetch']) || tokenOf(request) !== undefined)
    ? postJson(path, request)
    : getJson(path);

const resourcesOf = ({ entry = [] }: Bundle): readonly FhirResource[] =>
  entry.flatMap(({ resource }) => (resource as FhirResource | undefined) ?? []);

function contentWords(bundle: Bundle): string {
  const counts = Map.groupBy(resourcesOf(bundle), ({ resourceType }) => resourceType);
  return [...counts].map(([type, { length }]) => (length === 1 ? type : `${length} × ${type}`)).join(', ');
}
