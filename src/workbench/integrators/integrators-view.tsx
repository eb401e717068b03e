import { useEffect, useState, type ReactNode } from 'react';
import { isObject } from '../../fhir/json.ts';
import { ApiProblem, getJson, ORDER_SIGN, type Exchange, type HookBody } from '../api.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { JsonView } from '../components/json-view.tsx';
import { Problem } from '../components/problem.tsx';
import { Progress } from '../components/progress.tsx';
import { hrefTo } from '../route.ts';
import { useSession } from '../session.tsx';
import { ConformanceNotes } from './conformance-notes.tsx';
import { curlCommand } from './curl.ts';

/** The last call as it went over the wire, discovery, and what the service keeps to. */
export default function IntegratorsView() {
  const { exchange, request, asOf } = useSession();
  return (
    <div className="stack-wide">
      <div className="intro">
        <h1>For integrators</h1>
        <p>
          This page calls the service as an EHR does: one CDS Hooks request, one response. Here is the last of
          them, to copy and to send again from a terminal.
        </p>
      </div>
      {request === undefined ? (
        <p className="empty">
          No order has been signed yet. <a href={hrefTo([])}>Sign one</a>, and its request and response appear
          here.
        </p>
      ) : (
        <div className="exchange">
          <Request request={exchange?.request ?? request} headers={exchange?.headers ?? asOfHeader(asOf)} />
          <Response exchange={exchange} />
        </div>
      )}
      <Discovery />
      <ConformanceNotes />
    </div>
  );
}

const asOfHeader = (asOf: string | undefined): Readonly<Record<string, string>> =>
  asOf === undefined ? {} : { 'x-as-of': asOf };

/** The URL of the service, under whatever path it stands. */
const urlOf = (path: string): string => new URL(path, window.location.href.replace(/#.*/s, '')).href;

function Request({
  request,
  headers,
}: {
  readonly request: HookBody;
  readonly headers: Readonly<Record<string, string>>;
}) {
  const shown = withoutToken(request);
  return (
    <Part
      title="Request"
      facts={[`POST ${ORDER_SIGN}`, sizeOf(request)]}
      actions={
        <>
          <CopyButton what="request" text={JSON.stringify(shown, null, 2)} />
          <CopyButton what="as curl" text={curlCommand(urlOf(ORDER_SIGN), headers, JSON.stringify(shown))} />
        </>
      }
    >
      <JsonView label="Request as JSON" value={shown} />
    </Part>
  );
}

/** A token is neither shown nor copied. */
function withoutToken(request: HookBody): HookBody {
  const { fhirAuthorization } = request;
  return isObject(fhirAuthorization) && fhirAuthorization['access_token'] !== undefined
    ? { ...request, fhirAuthorization: { ...fhirAuthorization, access_token: '<token>' } }
    : request;
}

function Response({ exchange }: { readonly exchange: Exchange | undefined }) {
  const { problem } = useSession();
  if (exchange === undefined)
    return (
      <Part title="Response" facts={[]} actions={null}>
        {problem === undefined ? (
          <p className="empty">The order is not signed yet.</p>
        ) : (
          <JsonView
            label="Response as JSON"
            value={{
              status: problem.status,
              code: problem.code,
              message: problem.message,
              path: problem.path,
            }}
          />
        )}
      </Part>
    );
  const { status, answer, milliseconds } = exchange;
  return (
    <Part
      title="Response"
      facts={[`HTTP ${status}`, `${Math.round(milliseconds)} ms`, sizeOf(answer)]}
      actions={<CopyButton what="response" text={JSON.stringify(answer, null, 2)} />}
    >
      <JsonView label="Response as JSON" value={answer} />
    </Part>
  );
}

const sizeOf = (value: unknown): string => `${(new Blob([JSON.stringify(value)]).size / 1000).toFixed(1)} kB`;

function Part({
  title,
  facts,
  actions,
  children,
}: {
  readonly title: string;
  readonly facts: readonly string[];
  readonly actions: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="stack-tight" aria-label={title}>
      <div className="row part-head">
        <h2>{title}</h2>
        <span className="small quiet">{facts.join(' · ')}</span>
      </div>
      <div className="row part-actions">{actions}</div>
      {children}
    </section>
  );
}

const DISCOVERY = 'cds-services';

function Discovery() {
  const [found, setFound] = useState<unknown>();
  const [problem, setProblem] = useState<ApiProblem>();
  useEffect(() => {
    const controller = new AbortController();
    getJson(DISCOVERY, controller.signal).then(setFound, (error: unknown) => {
      if (error instanceof ApiProblem) setProblem(error);
    });
    return () => {
      controller.abort();
    };
  }, []);
  return (
    <Part
      title="Discovery"
      facts={[`GET ${DISCOVERY}`, 'one service for each hook']}
      actions={
        <>
          <CopyButton what="as curl" text={curlCommand(urlOf(DISCOVERY), {}, undefined)} />
          {found === undefined ? null : <CopyButton what="discovery" text={JSON.stringify(found, null, 2)} />}
        </>
      }
    >
      {problem === undefined ? null : <Problem title="Discovery was not answered" problem={problem} />}
      {found === undefined ? (
        problem === undefined ? (
          <div className="part-waiting">
            <Progress what="Asking the service" />
          </div>
        ) : null
      ) : (
        <JsonView label="Discovery as JSON" value={found} />
      )}
    </Part>
  );
}
