/** Something is under way; shown once it takes longer than 300 ms. @param what such as `Asking the service` */
export function Progress({ what }: { readonly what: string }) {
  return (
    <p className="progress" role="status">
      {what}…
    </p>
  );
}
