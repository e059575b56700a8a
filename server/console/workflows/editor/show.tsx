/** Answers with the editor's page: of what is saved, or of what was sent and what came of it. */
import type { Request, Response } from 'express';
import { startsWorkflows } from '../../../../shared/settings';
import { findDouble } from '../../../../shared/stripe-sends';
import { withListNames } from '../../../../shared/words/list-names';
import type { Definition } from '../../../../shared/workflow';
import { findLists } from '../../../audience/mailing-lists';
import type { Context } from '../../../context';
import type { Tenant } from '../../../db/tenant';
import { listEvents } from '../../../events/events';
import { readSettings } from '../../../settings/settings';
import { compareDefinitions, isSame } from '../../../workflows/compare';
import { runsByStep } from '../../../workflows/list-runs';
import { countWorkflow, readEdited } from '../../../workflows/read-workflows';
import type { Notice } from '../../notices';
import { formOf, getFound, idOf, textIn, type Form } from '../../read-request';
import { formatsFor, sendPage } from '../../send';
import { tenantOn } from '../../viewer';
import type { EditorState } from './context';
import { readRemoved } from './draft';
import { EditorPage, type EditorPageProps } from './editor';
import { findOffers, type Offers } from './offers';
import type { Removed } from './operations';
import { byPlace, findObstacles, type Problem } from './problems';
import type { RehearsalShown } from './rehearsal';

const RECENT_EVENTS = 10;

interface Shown {
  draft?: Definition;
  problems?: readonly Problem[];
  /** What the problems kept from being done. */
  refused?: EditorPageProps['refused'];
  /** Can be put back; left out: as the form has it. */
  removed?: Removed | null;
  focus?: string | null;
  notice?: Notice;
  test?: EditorState['test'];
  isConflict?: boolean;
  rehearsal?: RehearsalShown;
  /** Where they were read already: of the draft's event. */
  offers?: Offers;
  status?: number;
}

export type Show = (req: Request, res: Response, shown?: Shown) => Promise<void>;

export function createShow(ctx: Context): Show {
  const { db } = ctx;

  async function show(req: Request, res: Response, shown: Shown = {}): Promise<void> {
    const tenant = tenantOn(res);
    const workflow = getFound(await readEdited(db, tenant, idOf(req)));
    const settings = await readSettings(db, tenant);
    const lists = await findLists(db, tenant);
    const fields = formOf(req);
    const saved = workflow.draft ?? workflow.definition;
    const draft = shown.draft ?? saved;
    const isDirty = !isSame(draft, saved);
    const sent = Number(textIn(fields, 'revision'));
    const trigger = draft.trigger.event;
    const problems = shown.problems ?? (isDirty ? [] : findObstacles(draft));
    sendPage(
      ctx,
      res,
      <EditorPage
        workflow={workflow}
        counts={isPartOf(req) ? undefined : await countWorkflow(db, tenant, workflow.id)}
        draft={draft}
        revision={shown.draft && sent && !shown.isConflict ? sent : workflow.revision}
        isDirty={isDirty}
        isConflict={shown.isConflict ?? false}
        problems={problems}
        refused={shown.refused ?? null}
        unpublished={
          workflow.draft && {
            savedAt: workflow.draft_at ?? 0,
            changes: compareDefinitions(
              withListNames(workflow.definition, lists),
              withListNames(workflow.draft, lists),
            ),
          }
        }
        notice={shown.notice ?? null}
        double={findDouble(draft, settings.stripe_sends)}
        isEventOff={!startsWorkflows(settings, trigger)}
        rehearsal={shown.rehearsal ?? null}
        previewEvents={await recentEvents(res, tenant, trigger)}
        previewEvent={textIn(fields, 'preview_event')}
        editor={{
          workflowId: workflow.id,
          offers: shown.offers?.trigger === trigger ? shown.offers : await findOffers(db, tenant, trigger),
          problems: byPlace(problems),
          focus: shown.focus ?? null,
          removed: shown.removed === undefined && shown.draft ? readRemoved(fields) : (shown.removed ?? null),
          runs: await runsByStep(db, tenant, workflow.id),
          test: shown.test ?? null,
          testTo: testAddress(fields, settings.test_recipients),
          lists,
          lacksPostalAddress: settings.sender.postal_address === null,
        }}
      />,
      { status: shown.status, isCompressed: true },
    );
  }

  async function recentEvents(res: Response, tenant: Tenant, type: string) {
    const { dateTime } = formatsFor(ctx, res);
    const { data } = await listEvents(db, tenant, { type, limit: RECENT_EVENTS });
    return data.map(({ id, email, received_at }) => ({
      value: id,
      label: `${email ?? 'No contact'}, ${dateTime(received_at)}`,
    }));
  }

  return show;
}

/** Whether htmx takes only the editor out of the page: its head, with the counts, is there already. */
const isPartOf = (req: Request): boolean => req.get('hx-request') === 'true';

/** What was typed last; else the first address that gets real mail in test mode. */
function testAddress(fields: Form, recipients: readonly string[]): string {
  const place = textIn(fields, 'test');
  return (place && textIn(fields, `test_to.${place}`)) || recipients[0] || '';
}
