import { useEffect, useState } from 'react';
import { objects, property, text } from '../../fhir/json.ts';
import { getJson } from '../api.ts';

/** The policies that the service holds. */
export default function PoliciesView() {
  const [policies, setPolicies] = useState<readonly string[]>([]);
  useEffect(() => {
    void getJson('healthz').then((health) => {
      setPolicies(objects(property(health, 'policies')).flatMap(({ id }) => text(id) ?? []));
    });
  }, []);
  return (
    <section className="panel">
      <h1>Policies</h1>
      <ul>
        {policies.map((id) => (
          <li key={id}>{id}</li>
        ))}
      </ul>
    </section>
  );
}
