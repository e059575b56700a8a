/** The ledger of notices as a file for spreadsheets. */
import type { NoticeView } from '../../schedules/read-ledger';
import { csvHead, csvLine } from '../csv';

export const NOTICE_HEAD = csvHead([
  'id',
  'kind',
  'workflow',
  'workflow_name',
  'about',
  'customer',
  'date',
  'due_at',
  'given_at',
  'accepted_at',
  'to',
  'email',
  'email_status',
  'outcome',
  'event',
]);

export const noticeLine = ({ email, ...notice }: NoticeView, workflowName: string | undefined): string =>
  csvLine([
    notice.id,
    notice.kind,
    notice.workflow,
    workflowName,
    notice.about,
    notice.customer,
    notice.date,
    notice.due_at,
    notice.given_at,
    email?.accepted_at,
    email?.to,
    email?.id,
    email?.status,
    notice.missed ?? email?.outcome,
    notice.event,
  ]);
