/** The OpenAPI document, made of the same schemas that check requests. */
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { TRANSACTIONAL_PATH } from './email-endpoints';
import type { Endpoint } from './endpoint';
import { ENDPOINTS, type EndpointName } from './endpoints';

export type Document = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const TAGS: Record<Endpoint['tag'], string> = {
  Contacts: 'People with an address: those Stripe told of, and those that programs bring.',
  'Mailing lists': 'What marketing email is about.',
  Events: 'The log.',
  Emails: 'Messages, and the transactional emails that programs send.',
  Workflows: 'What happens after an event.',
  Key: 'The key itself.',
};

const DESCRIPTION =
  'A key names one Stripe account in one mode; make one in Settings → API. Routes that Loops has are shaped as Loops has ' +
  'them, so that its client libraries work with this base address. Where a request takes an Idempotency-Key, the same key ' +
  'with the same body is answered the same for 24 hours and does nothing twice.';

/** `publicUrl` without a trailing slash. */
export function createDocument(publicUrl: string): Document {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, tp_live_… or tp_test_….',
  });
  for (const name of Object.keys(ENDPOINTS) as EndpointName[]) registry.registerPath(describe(name, ENDPOINTS[name]));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tillpost API',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    security: [{ key: [] }],
    tags: Object.entries(TAGS).map(([tag, description]) => ({ name: tag, description })),
  });
}

function describe(name: EndpointName, endpoint: Endpoint): RouteConfig {
  const { method, path, tag, summary, description, scope, query, body, answer, refusals = [], isIdempotent } = endpoint;
  const params = path.includes('{id}') ? { params: z.object({ id: z.string() }) } : {};
  return {
    method,
    path,
    operationId: name,
    tags: [tag],
    summary,
    description: [description, scope === 'write' ? 'Needs a key that may write.' : undefined].filter(Boolean).join(' '),
    request: {
      ...params,
      ...(query ? { query: query as z.ZodObject } : {}),
      ...(isIdempotent ? { headers: IDEMPOTENCY } : {}),
      ...(body ? { body: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    },
    responses: {
      200: { description: 'Done.', headers: RATE, content: { 'application/json': { schema: answer } } },
      ...Object.fromEntries(
        [400, 401, 403, ...refusals, ...(body ? [413] : []), 429].map((status) => [
          status,
          {
            description: REFUSALS[status] ?? '',
            ...(status === 429 ? { headers: RETRY } : {}),
            content: { 'application/json': { schema: errorOf(endpoint) } },
          },
        ]),
      ),
    },
  };
}

const IDEMPOTENCY = z.object({ 'Idempotency-Key': z.string().min(1).max(100).optional() });

const RATE = z.object({
  'x-ratelimit-limit': z.string().describe('Requests that the key may make in a second.'),
  'x-ratelimit-remaining': z.string().describe('Those that are left of them.'),
});

const RETRY = RATE.extend({ 'Retry-After': z.string().describe('Seconds.') });

const REFUSALS: Record<number, string> = {
  400: 'A field is wrong; the message names it and says what is expected.',
  401: 'There is no such key.',
  403: 'The key may only read, or its account is not connected.',
  404: 'There is no such thing in this account.',
  409: 'It is there already, or the Idempotency-Key came with another body.',
  413: 'The body has more than 256 kB.',
  429: 'The key makes too many requests.',
};

const LOOPS_ERROR = z.object({ success: z.literal(false), message: z.string() });
const ERRORS = {
  loops: LOOPS_ERROR.meta({ id: 'LoopsError' }),
  transactional: LOOPS_ERROR.extend({
    path: z.string().optional().describe('Of the field that is wrong.'),
    error: z.object({ path: z.string(), message: z.string() }).optional().describe('The same once more.'),
  }).meta({ id: 'TransactionalError' }),
  own: z
    .object({ error: z.object({ code: z.string(), message: z.string(), param: z.string().optional() }) })
    .meta({ id: 'Error' }),
};

const errorOf = ({ errors, path }: Endpoint): z.ZodType =>
  ERRORS[path === TRANSACTIONAL_PATH ? 'transactional' : errors];
