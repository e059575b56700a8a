/** A transactional email as it would look, each data variable filled with its own name. */
import type { DataValue, TransactionalContent } from '../../shared/transactional';
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { findLogo } from '../settings/logos';
import { readSettings } from '../settings/settings';
import { composeEmail } from './compose';
import { dataVariables } from './data-variables';
import { checkContent } from './transactional';

/** The document, or why there is none. */
export async function previewTransactional(
  ctx: Context,
  tenant: Tenant,
  content: TransactionalContent,
): Promise<{ html: string } | { problem: string }> {
  try {
    checkContent(content, true);
  } catch (error) {
    if (error instanceof AppError) return { problem: error.message.replace(/^(\w+): /, 'The $1 ') };
    throw error;
  }
  const request = {
    tenant,
    settings: await readSettings(ctx.db, tenant),
    logo: await findLogo(ctx.db, tenant),
    trigger: null,
    content: { kind: 'transactional' as const, ...content },
    to: 'preview@example.com',
    event: {},
    contact: {},
    data: samplesFor(content),
    origin: null,
  };
  const { row, body } = await composeEmail(ctx, request, ctx.clock.now());
  return body ? { html: body.html } : { problem: row.outcome ?? 'The email can’t be made.' };
}

/** What is gone through is a list of one object, with what the template names of it. */
function samplesFor(content: TransactionalContent): Record<string, DataValue> {
  const source = Object.values(content).join('\n');
  const loops = [...source.matchAll(/{%-?\s*for\s+(\w+)\s+in\s+([\w-]+)/g)];
  const sampleOf = (name: string): DataValue => {
    const loop = loops.find(([, , list]) => list === name);
    if (!loop) return name;
    const fields = [...source.matchAll(new RegExp(`\\b${loop[1]}\\.(\\w+)`, 'g'))].map(([, field = '']) => field);
    return [Object.fromEntries(fields.map((field) => [field, field]))];
  };
  return Object.fromEntries(dataVariables(content).all.map((name) => [name, sampleOf(name)]));
}
