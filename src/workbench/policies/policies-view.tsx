import { useRoute } from '../route.ts';
import { PolicyList } from './policy-list.tsx';
import { PolicyReader } from './policy-reader.tsx';
import '../style/policies.css';

/**
 * The policies on file. `#/policies` lists them; `#/policies/<id>@<version>` reads one; what follows is a criterion's id, with
 * its slashes written as they are or encoded.
 */
export default function PoliciesView() {
  const { path, query } = useRoute();
  const [, policy, ...rest] = path;
  if (policy === undefined) return <PolicyList />;
  return (
    <PolicyReader
      key={policy}
      name={policy}
      criterion={rest.length === 0 ? undefined : rest.join('/')}
      indication={query.get('indication') ?? undefined}
    />
  );
}
