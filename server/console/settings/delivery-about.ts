/** What a delivery is about, as its body says. */
import type { Delivery } from '../../webhooks-out/deliveries';

export interface About {
  /** Whose it is, or of which type: an address, an event's type, a subject. Empty where the body names nothing. */
  words: readonly string[];
  /** The page of what it is about; undefined where there is none. */
  page: { label: string; href: string } | undefined;
}

/** What bodies may hold: see webhooks-out/payload.ts. */
interface Data {
  id: string;
  object: string;
  deleted?: boolean;
  email?: string | null;
  to?: string;
  subject?: string | null;
  type?: string;
  workflow?: string;
  list?: { name: string | null };
}

const bodyOf = ({ payload }: Pick<Delivery, 'payload'>) => JSON.parse(payload) as { data: Data };

/** `workflows` are names by id. */
export function aboutOf(delivery: Pick<Delivery, 'payload'>, workflows: ReadonlyMap<string, string>): About {
  const { data } = bodyOf(delivery);
  const words = (...some: (string | null | undefined)[]) => some.filter((one): one is string => !!one);
  const id = encodeURIComponent(data.id);
  switch (data.object) {
    case 'contact':
      return {
        words: words(data.email, data.list?.name),
        page: data.deleted ? undefined : { label: 'Contact', href: `/audience/${id}` },
      };
    case 'email':
      return {
        words: words(data.to, typeof data.subject === 'string' ? data.subject : undefined),
        page: { label: 'Email', href: `/emails/${id}` },
      };
    case 'event':
      return { words: words(data.email, data.type), page: { label: 'Event', href: `/events/${id}` } };
    case 'run': {
      const workflow = data.workflow ?? '';
      return {
        words: words(workflows.get(workflow)),
        page: { label: 'Run', href: `/workflows/${encodeURIComponent(workflow)}/runs/${id}` },
      };
    }
    case 'endpoint':
      return { words: ['A test'], page: undefined };
    default:
      return { words: [], page: undefined };
  }
}
