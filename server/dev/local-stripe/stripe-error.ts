/** Errors as Stripe answers them. Source: https://docs.stripe.com/api/errors */
import type { Decline } from './resources/declines';

export interface StripeErrorBody {
  type: 'invalid_request_error' | 'card_error' | 'api_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  advice_code?: string;
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

export const noUpcomingInvoice = (subscription: string) =>
  invalidRequest(
    404,
    `No upcoming invoices for subscription: ${subscription}`,
    'invoice_upcoming_none',
    'subscription',
  );

export const noPortal = (livemode: boolean) => {
  const mode = livemode ? 'live' : 'test';
  const page = `https://dashboard.stripe.com/${livemode ? '' : 'test/'}settings/billing/portal`;
  return invalidRequest(
    400,
    `No configuration provided and your ${mode} mode default configuration has not been created. Provide a ` +
      `configuration or create your default by saving your customer portal settings in ${mode} mode at ${page}.`,
  );
};

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

export const cardDeclined = (charge: string, { advice_code, ...decline }: Decline) =>
  new StripeApiError(402, { type: 'card_error', ...decline, ...(advice_code && { advice_code }), charge });

export const isCardError = (error: unknown): boolean =>
  error instanceof StripeApiError && error.body.type === 'card_error';

const NO_PAYMENT_METHOD =
  'This customer has no attached payment source or default payment method. Please consider adding a default ' +
  'payment method. For more information, visit https://stripe.com/docs/billing/payment-methods/setting.';

export const noPaymentMethod = () => wrongState(NO_PAYMENT_METHOD, 'resource_missing');
export const isNoPaymentMethod = (error: unknown): boolean =>
  error instanceof StripeApiError && error.body.message === NO_PAYMENT_METHOD;

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
