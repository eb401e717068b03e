/** JSON as indented text. A scrolling region that the keyboard reaches too. @param label what it is */
export function JsonView({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <pre className="json" role="region" aria-label={label} tabIndex={0} translate="no">
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
