/** An email of the draft as its reader gets it: drawn beside its fields, or sent as a test. */
import { Router, type RequestHandler } from 'express';
import { stepsOf, type Definition, type EmailContent } from '../../../../shared/workflow';
import type { Context } from '../../../context';
import type { Tenant } from '../../../db/tenant';
import { AppError } from '../../../errors';
import { previewEmail, sendTest, type PreviewRequest } from '../../../workflows/preview';
import { readUncounted } from '../../../workflows/read-workflows';
import { formOf, getFound, idOf, textIn, type Form } from '../../read-request';
import { sendMail } from '../../send';
import { tenantOn } from '../../viewer';
import { readDraft } from './draft';
import { inInbox, type Scheme } from './inbox';
import { plainTextDocument } from './plain-text';
import type { Show } from './show';

export function emailRoutes(ctx: Context, form: readonly RequestHandler[], show: Show): Router {
  const router = Router();
  const { db } = ctx;

  router.post('/workflows/:id/preview', ...form, async (req, res) => {
    getFound(await readUncounted(db, tenantOn(res), idOf(req)));
    const fields = formOf(req);
    // An email of a rehearsal names its event as well.
    const [rehearsed = '', event] = textIn(fields, 'rehearsed').split(' ');
    const place = rehearsed || textIn(fields, 'preview');
    const isText = !rehearsed && textIn(fields, `view.${place}`) === 'text';
    const scheme = textIn(fields, `scheme.${place}`) === 'dark' ? 'dark' : 'light';
    sendMail(res, await previewDocument(requestOf(fields, place, event), isText ? 'text' : scheme, tenantOn(res)));
  });

  router.post('/workflows/:id/test', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const fields = formOf(req);
    const draft = readDraft(fields);
    const place = textIn(fields, 'test');
    const to = textIn(fields, `test_to.${place}`).trim();
    try {
      const email = await sendTest(ctx, tenant, { ...requestOf(fields, place), to });
      const text = `The test to ${email.to} is on its way. The Emails page shows what became of it.`;
      await show(req, res, { draft, test: { place, tone: 'good', text } });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const text = error.param === 'to' ? wordsOf(error) : `The test was not sent. ${error.message}`;
      await show(req, res, { draft, status: error.status, test: { place, tone: 'bad', text } });
    }
  });

  async function previewDocument(request: PreviewRequest, as: Scheme | 'text', tenant: Tenant): Promise<string> {
    try {
      const { html, text, held, problems, subject, headers } = await previewEmail(ctx, tenant, request);
      const [problem] = problems;
      if (problem)
        return plainTextDocument(
          `${problem.message}${problem.line === null ? '' : ` (line ${problem.line}, column ${problem.column})`}`,
        );
      if (html === null || text === null)
        return plainTextDocument(`With these values the email would be held.\n\n${held ?? ''}`);
      if (as === 'text') return plainTextDocument(`From: ${headers.From}\nSubject: ${subject}\n\n${text}`);
      return inInbox(html, { from: nameIn(headers.From), subject, text }, as);
    } catch (error) {
      if (error instanceof AppError) return plainTextDocument(error.message.replace(/^content\.(\w+): /, 'The $1 '));
      throw error;
    }
  }

  return router;
}

/** `Name` of `Name <address>`, which is what an inbox shows. */
const nameIn = (from = ''): string => /^"?(.*?)"?\s*<[^<>]*>$/.exec(from)?.[1] || from;

/** Of what is wrong with the address, or with sending to it now. */
function wordsOf({ code, message }: AppError): string {
  const words = message.replace(/^to: /, '');
  return `${code === 'rate_limited' ? words : `This address ${words}`}.`;
}

/** The email at a place of the draft, with the values to fill it with. */
function requestOf(fields: Form, place: string, event = textIn(fields, 'preview_event')): PreviewRequest {
  const draft = readDraft(fields);
  const content = emailAt(draft, place);
  if (!content) throw new AppError('invalid_request', 'There is no such email in this workflow.');
  return { trigger: draft.trigger.event, content, ...(event ? { event } : {}) };
}

function emailAt(draft: Definition, place: string): EmailContent | undefined {
  const step = stepsOf(draft).find(({ path }) => path.join('.') === place)?.step;
  return step?.kind === 'email' ? step.email : undefined;
}
