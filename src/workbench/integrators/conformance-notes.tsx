import { SafeLink } from '../components/markdown.tsx';

const SPECIFICATIONS = {
  hooks: 'https://cds-hooks.hl7.org/2.0/',
  crd: 'https://hl7.org/fhir/us/davinci-crd/',
  dtr: 'https://hl7.org/fhir/us/davinci-dtr/',
} as const;

/** What of the specifications the service keeps to, and what it does not do. */
export function ConformanceNotes() {
  return (
    <section className="stack-tight notes" aria-labelledby="conformance">
      <h2 id="conformance">Conformance</h2>
      <dl className="explained">
        <div>
          <dt>Calls</dt>
          <dd>
            <SafeLink url={SPECIFICATIONS.hooks}>CDS Hooks 2.0</SafeLink>: discovery, hook calls, feedback,
            and signed calls (JWT) in production mode. Prefetch is taken by what it contains; what it lacks is
            queried on <code>fhirServer</code>.
          </dd>
        </div>
        <div>
          <dt>Answers about coverage</dt>
          <dd>
            <SafeLink url={SPECIFICATIONS.crd}>CRD 2.0.1</SafeLink>, and 2.1 or 2.2 where the request’s{' '}
            <code>davinci-crd.requestedVersion</code> says so. Each governed order comes back as an{' '}
            <code>update</code> system action that carries coverage information.
          </dd>
        </div>
        <div>
          <dt>Forms</dt>
          <dd>
            <SafeLink url={SPECIFICATIONS.dtr}>DTR payer service</SafeLink> under <code>fhir/</code>: the
            forms of the policies, filled in from the chart, and the completed forms.
          </dd>
        </div>
        <div>
          <dt>Charts</dt>
          <dd>
            FHIR R4. Charts are read with GET alone, page by page; what could not be read is said to be so,
            and is never taken for nothing.
          </dd>
        </div>
        <div>
          <dt>Errors</dt>
          <dd>
            <code>{'{"code", "message", "path"}'}</code>, where the path names the place in the request; with{' '}
            <code>Accept: application/fhir+json</code> an OperationOutcome.
          </dd>
        </div>
        <div>
          <dt>Not said</dt>
          <dd>
            “Not covered”, of an order that a policy governs: the payer decides. Nothing is met because
            nothing was found.
          </dd>
        </div>
        <div>
          <dt>Determination</dt>
          <dd>
            <code>POST determinations</code> takes the same request and answers with every criterion and its
            evidence; <code>GET determinations/{'{id}'}</code> gives it again by the{' '}
            <code>coverage-assertion-id</code>.
          </dd>
        </div>
        <div>
          <dt>Requirement by requirement</dt>
          <dd>
            <code>npm run conformance</code> prints which requirement of the CRD guide which test shows, and
            which none does.
          </dd>
        </div>
      </dl>
    </section>
  );
}
