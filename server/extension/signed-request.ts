/**
 * Requests of the UI extension: the Dashboard signs exactly `{"user_id":…,"account_id":…}` with the app's secret.
 * The signature proves user and account; it says nothing of the mode or the user's role.
 */
import express, { type RequestHandler, type Request, type Response } from 'express';
import type { Context } from '../context';
import { AppError } from '../errors';
import type { Tenant } from '../db/tenant';
import { isSignedBy } from '../stripe-signature';

export interface SignedRequest {
  tenant: Tenant;
  userId: string;
  /** The body without what identifies the request. */
  args: Record<string, unknown>;
}

/** The views run in a frame whose origin is `null`; no cookie is ever read here. */
export const allowAnyOrigin: RequestHandler = (req, res, next) => {
  res.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'POST, OPTIONS',
    'Access-Control-Allow-Headers': 'Content-Type, Stripe-Signature',
    'Access-Control-Max-Age': '600',
    'Cache-Control': 'no-store',
  });
  if (req.method === 'OPTIONS') res.status(204).end();
  else next();
};

const UNSIGNED = () =>
  new AppError('unauthorized', 'The request is not signed by the Stripe Dashboard, or too long ago.');

/** Refuses unsigned requests before it reads their bodies, and wrongly signed ones before it looks at anything else. */
export function requireSignature(ctx: Context): RequestHandler[] {
  return [
    (req, _res, next) => next(req.get('Stripe-Signature') ? undefined : UNSIGNED()),
    express.json({ limit: '256kb', type: () => true }),
    (req: Request, res: Response, next) => {
      const { user_id, account_id, livemode, ...args } = asObject(req.body);
      if (typeof user_id !== 'string' || typeof account_id !== 'string') throw UNSIGNED();
      const payload = JSON.stringify({ user_id, account_id });
      if (!isSignedBy(ctx.secrets.appSecrets, payload, req.get('Stripe-Signature') ?? '', ctx.clock.now()))
        throw UNSIGNED();
      if (typeof livemode !== 'boolean')
        throw new AppError('invalid_request', 'livemode: must be true or false', 'livemode');
      res.locals.signed = {
        tenant: { accountId: account_id, livemode },
        userId: user_id,
        args,
      } satisfies SignedRequest;
      next();
    },
  ];
}

const asObject = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
