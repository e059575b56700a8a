/** A page of settings as one form with one Save, and what is said when it was refused. */
import { Fragment, type ReactNode } from 'react';
import type { Settings } from '../../../shared/settings';
import { nameSetting } from '../../../shared/words/fields';
import { Banner } from '../components/blocks';
import { PostForm, SaveOnEnter, buttonClass } from '../components/form';
import { ConflictBanner, type Conflict } from './conflict';

export interface SettingsFormProps {
  /** The values of the fields: as saved, or as posted when they were refused. */
  settings: Settings;
  /** What is saved, as it stood when the form was opened: tells what changed meanwhile when it is sent. */
  loaded: Settings;
  /** Words by the field's path, as `sender.reply_to`. */
  errors: Readonly<Record<string, string>>;
  /** Somebody else saved meanwhile. */
  conflict: Conflict | undefined;
  /** Changed, but not saved: after filling in the recommended preset, or when it was refused. */
  isDirty: boolean;
}

export type FieldsProps = Pick<SettingsFormProps, 'settings' | 'errors'>;

export function SettingsForm({
  action,
  settings,
  loaded,
  isDirty,
  children,
}: SettingsFormProps & { action: string; children: ReactNode }) {
  return (
    <PostForm
      action={action}
      id="settings-form"
      className={isDirty ? 'section is-dirty' : 'section'}
      data-warn-unsaved=""
      noValidate
    >
      <SaveOnEnter />
      <input type="hidden" name="revision" value={settings.revision} />
      <input type="hidden" name="loaded" value={JSON.stringify(loaded)} />
      {children}
      <div className="save-bar">
        <button className={buttonClass('primary')}>Save</button>
        <span className="unsaved" role="status">
          You have changes that are not saved.
        </span>
      </div>
    </PostForm>
  );
}

/** At the top of the page. `action` is the page's own address. */
export function SettingsAlert({ errors, conflict, action }: SettingsFormProps & { action: string }) {
  const paths = Object.keys(errors);
  return (
    <>
      {paths.length > 0 && <ErrorSummary paths={paths} />}
      {conflict && <ConflictBanner {...conflict} loadHref={action} />}
    </>
  );
}

const ErrorSummary = ({ paths }: { paths: readonly string[] }) => (
  <Banner tone="bad" title="Nothing was saved">
    {paths.length === 1 ? 'One field needs another look: ' : 'Some fields need another look: '}
    {paths.map((path, index) => (
      <Fragment key={path}>
        {index > 0 && ', '}
        <a href={`#${fieldOf(path)}`}>{nameSetting(path)}</a>
      </Fragment>
    ))}
    .
  </Banner>
);

/** An address of a list is typed in the list's one field. */
const fieldOf = (path: string): string => path.replace(/\.\d+$/, '');
