import { useSession } from '../session.tsx';

/** The form that asks for what the determination lacks. */
export default function FormView() {
  const { determination } = useSession();
  const open = determination?.criteria.filter(({ status }) => status === 'unknown') ?? [];
  if (open.length === 0) return <p className="empty">Nothing is open: there is no form to fill in.</p>;
  return <p>{open.length} criteria are open.</p>;
}
