/** Needs no key: it says nothing of any account. */
import { Router } from 'express';
import type { Context } from '../context';
import { createDocument } from './openapi';

export const OPENAPI_PATH = '/api/openapi.json';

export function openapiRoutes({ config }: Context): Router {
  const router = Router();
  const document = createDocument(config.publicUrl);
  router.get(OPENAPI_PATH, (_req, res) => {
    res.set({ 'Cache-Control': 'public, max-age=300', 'Access-Control-Allow-Origin': '*' }).json(document);
  });
  return router;
}
