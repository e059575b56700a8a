/** Errors as Stripe answers them. Source: https://docs.stripe.com/api/errors */

export interface StripeErrorBody {
  type: 'invalid_request_error' | 'card_error' | 'api_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
}

export class StripeApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: StripeErrorBody,
    readonly headers: Record<string, string> = {},
  ) {
    super(body.message);
  }
}

const invalidRequest = (status: number, message: string, code?: string, param?: string) =>
  new StripeApiError(status, {
    type: 'invalid_request_error',
    message,
    ...(code && { code }),
    ...(param && { param }),
  });

/** 404 for an id in the path, 400 for an id in a parameter. */
export const noSuch = (kind: string, id: string, param?: string) =>
  invalidRequest(param ? 400 : 404, `No such ${kind}: '${id}'`, 'resource_missing', param ?? 'id');

export const missingParam = (param: string) =>
  invalidRequest(400, `Missing required param: ${param}.`, 'parameter_missing', param);

export const invalidParam = (param: string, message: string, code = 'parameter_invalid') =>
  invalidRequest(400, message, code, param);

/** The object is in a state in which this can't be done. */
export const wrongState = (message: string, code?: string) => invalidRequest(400, message, code);

export const unrecognizedUrl = (method: string, path: string) =>
  invalidRequest(404, `Unrecognized request URL (${method}: ${path}).`);

export const noApiKey = () => invalidRequest(401, 'You did not provide an API key.');
export const invalidApiKey = (key: string) => invalidRequest(401, `Invalid API Key provided: ${masked(key)}`);
export const expiredApiKey = (key: string) =>
  invalidRequest(401, `Expired API Key provided: ${masked(key)}`, 'api_key_expired');

export const noAccessToAccount = (key: string, account: string) =>
  invalidRequest(
    403,
    `The provided key '${masked(key)}' does not have access to account '${account}' (or that account does not exist). ` +
      'Application access may have been revoked.',
    'account_invalid',
  );

export const missingPermission = (key: string, account: string, permission: string) =>
  invalidRequest(
    403,
    `The provided key '${masked(key)}' does not have the required permissions for this endpoint on account ` +
      `'${account}'. Having the 'rak_${permission}' permission would allow this request to continue.`,
  );

export const cardDeclined = (charge: string) =>
  new StripeApiError(402, {
    type: 'card_error',
    message: 'Your card was declined.',
    code: 'card_declined',
    decline_code: 'generic_decline',
    charge,
  });

/** https://docs.stripe.com/error-codes#invoice-payment-intent-requires-action */
export const confirmationRequired = () =>
  new StripeApiError(402, {
    type: 'card_error',
    message: 'This payment requires additional user action before it can be completed successfully.',
    code: 'invoice_payment_intent_requires_action',
  });

export const isCardError = (error: unknown): boolean =>
  error instanceof StripeApiError && error.body.type === 'card_error';

export const rateLimited = () =>
  new StripeApiError(
    429,
    {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    },
    { 'Retry-After': '1' },
  );

export const serverError = () =>
  new StripeApiError(500, { type: 'api_error', message: 'An unknown error occurred. Please try again.' });

const masked = (key: string) => (key.length > 12 ? `${key.slice(0, 8)}****${key.slice(-4)}` : '****');
