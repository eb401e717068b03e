import { property, text, type JsonObject } from './json.ts';

export interface OrderedQuantity {
  readonly value: number;
  /** In words, as the order has it. */
  readonly unit: string | undefined;
}

/** How much is to be dispensed or performed; undefined where the order does not say. */
export function orderedQuantity(order: JsonObject): OrderedQuantity | undefined {
  const stated =
    order['quantityQuantity'] ?? property(order['dispenseRequest'], 'quantity') ?? order['quantity'];
  const value = property(stated, 'value');
  return typeof value === 'number' ? { value, unit: text(property(stated, 'unit')) } : undefined;
}
