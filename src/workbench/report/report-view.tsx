/** What the determinations on record come to. */
export default function ReportView() {
  return (
    <section className="panel">
      <h1>Report</h1>
      <p>
        <code>npm run report</code> prints what is on record.
      </p>
    </section>
  );
}
