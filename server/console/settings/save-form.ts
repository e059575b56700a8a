/** Saving a page of settings: refused fields keep what was typed, and what others saved meanwhile isn't lost. */
import type { Request, Response } from 'express';
import { changedParts, pickParts, rebase, type SettingsPart } from '../../../shared/settings-changes';
import type { Settings } from '../../../shared/settings';
import type { Context } from '../../context';
import { requireConfirmed } from '../../emails/test-addresses';
import { AppError } from '../../errors';
import { changeSettings, readSettings } from '../../settings/settings';
import { withNotice } from '../notices';
import { formOf } from '../read-request';
import { getSession, tenantOn } from '../viewer';
import type { Conflict } from './conflict';
import type { SettingsFormProps } from './form';
import { checkSettings, readSettingsForm, type SettingsDraft } from './read-form';

/** Shown in the form instead of the saved settings. */
export type ShownDraft = SettingsDraft & { errors?: Record<string, string>; conflict?: Conflict };

export interface FormPage {
  path: string;
  /** Whether the page's form is where this part is chosen. */
  owns(part: SettingsPart): boolean;
  show(res: Response, draft: ShownDraft): Promise<void>;
}

export const formProps = (stored: Settings, draft: ShownDraft | undefined): SettingsFormProps => ({
  settings: draft?.settings ?? stored,
  loaded: draft?.loaded ?? stored,
  errors: draft?.errors ?? {},
  conflict: draft?.conflict,
  isDirty: draft !== undefined,
});

export const draftStatus = (draft: ShownDraft | undefined): number =>
  draft?.conflict ? 409 : draft?.errors ? 400 : 200;

/** 303 to the page once it is saved. */
export async function saveForm(ctx: Context, page: FormPage, req: Request, res: Response): Promise<void> {
  const { db, clock } = ctx;
  const tenant = tenantOn(res);
  const draft = readSettingsForm(formOf(req), await readSettings(db, tenant));
  const checked = checkSettings(draft.settings);
  if ('errors' in checked) return page.show(res, { ...draft, errors: checked.errors });
  try {
    if (getSession(res).kind === 'dashboard')
      await requireConfirmed(ctx, tenant, checked.settings.test_recipients, 'test_recipients');
    await changeSettings(db, tenant, checked.settings, clock.now());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.param?.startsWith('test_recipients'))
      return page.show(res, { ...draft, errors: { [error.param]: error.message.replace(/^[\w.]+: /, '') } });
    if (error.code !== 'conflict') throw error;
    const stored = await readSettings(db, tenant);
    const { loaded } = draft;
    const settings = rebase(loaded, checked.settings, stored);
    const mine = changedParts(stored, settings);
    const theirs = changedParts(loaded, stored).filter(page.owns);
    // Nothing is left to save, as after a second click on Save; or they saved another page of the settings.
    if (mine.length > 0 && theirs.length > 0)
      return page.show(res, { settings, loaded: stored, conflict: { theirs, mine } });
    if (mine.length > 0) await changeSettings(db, tenant, pickParts(settings, mine), clock.now());
  }
  res.redirect(303, withNotice(ctx, res, page.path, 'saved'));
}
