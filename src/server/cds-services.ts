import { Router } from 'express';
import { determinationCard, ungovernedCard, unreadOrdersCard } from '../crd/cards.ts';
import type { Evaluation } from '../crd/evaluate.ts';
import type { Hook } from '../crd/hook-request.ts';
import { templates } from '../crd/prefetch.ts';
import type { Library } from '../policy/library.ts';
import { jsonBody } from './body.ts';
import { answerCall, type Dependencies } from './call.ts';
import { ServiceError } from './errors.ts';

/** CDS Hooks 2.0.1, "Discovery": one service for each hook, its id the hook's name. */
interface Service {
  readonly hook: Hook;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly prefetch: Readonly<Record<string, string>>;
  readonly usageRequirements: string;
}

const discovered = (library: Library): readonly Service[] =>
  (['order-sign', 'order-select'] as const).map((hook) => ({
    hook,
    id: hook,
    title: 'CAR-T coverage criteria',
    description:
      'For a CAR-T order, evaluates the coverage criteria of the patient’s payer over the chart: whether prior authorization is required, which record meets which criterion, and what is missing. Every other order passes without a card.',
    prefetch: templates(library),
    usageRequirements:
      'Reads the chart from prefetch, and through fhirServer what prefetch lacks. What neither gives is reported as not read.',
  }));

export function cdsServiceRoutes(dependencies: Dependencies): Router {
  const { library, newUuid, config } = dependencies;
  const services = discovered(library);
  const router = Router();
  router.get('/cds-services', (_request, response) => {
    response.json({ services });
  });
  router.post(
    '/cds-services/:id',
    (request, _response, next) => {
      if (!services.some(({ id }) => id === request.params.id)) {
        throw new ServiceError(
          'unknown-service',
          `there is no such service; GET /cds-services lists them: ${services.map(({ id }) => id).join(', ')}`,
          '(url)',
        );
      }
      next();
    },
    ...jsonBody(config.bodyLimit),
    async (request, response) => {
      const service = services.find(({ id }) => id === request.params['id']);
      const { determinations, ungoverned, unreadOrders } = await answerCall(
        request,
        service?.hook,
        dependencies,
      );
      response.set('cache-control', 'no-store').json({
        cards: [
          ...shownOnce(determinations).map(({ determination, governed }) =>
            determinationCard(determination, governed, newUuid()),
          ),
          ...ungoverned.map((order) => ungovernedCard(order, newUuid())),
          ...(unreadOrders === 0 ? [] : [unreadOrdersCard(unreadOrders, newUuid())]),
        ],
      });
    },
  );
  return router;
}

/** An order that names no product gets a determination of each policy, and one card: they all ask for the product. */
function shownOnce(determinations: Evaluation['determinations']): Evaluation['determinations'] {
  const asked = new Set<string>();
  return determinations.filter(({ determination: { product, order, coverage } }) => {
    const key = `${order} ${coverage}`;
    const isRepeated = product === null && asked.has(key);
    if (product === null) asked.add(key);
    return !isRepeated;
  });
}
