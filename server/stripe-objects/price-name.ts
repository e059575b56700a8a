import { fieldsOf, text } from './fields';

/** What people call a price (or an older API version's plan): its nickname, else its product's name when expanded. */
export function priceName(object: unknown): string | null {
  const price = fieldsOf(object);
  // API versions before 2018-02-05 had the name on the plan itself.
  return text(price.nickname, fieldsOf(price.product).name, price.name);
}
