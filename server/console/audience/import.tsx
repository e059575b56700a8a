/** A file of contacts: what to choose before it is read. */
import type { ReactNode } from 'react';
import type { ContactJob } from '../../audience/contact-jobs';
import { CONSENT_CHOICES, LIST_WORDS } from '../../../shared/words/contact-work';
import { MOST_IMPORTED_LINES } from '../../../shared/limits';
import { Card, PageHead, Section } from '../components/blocks';
import { buttonClass, FieldError, SelectField, TextAreaField, UploadForm } from '../components/form';
import { Shell } from '../layout';
import { useFormats } from '../page';
import { JobList } from './job';

export const CONSENTS = ['agreed', 'transactional'] as const;

export interface ImportPageProps {
  jobs: readonly ContactJob[];
  /** They may be put on one. */
  lists: readonly { id: string; name: string }[];
  error?: { field: 'file' | 'consent'; words: string };
  consent?: string;
  list?: string;
  pasted?: string;
}

export function ImportPage({ jobs, lists, error, consent, list, pasted }: ImportPageProps) {
  const formats = useFormats();
  const errorOf = (field: 'file' | 'consent') => (error?.field === field ? error.words : undefined);
  return (
    <Shell title="Import contacts" section="audience">
      <PageHead
        title="Import contacts"
        back={{ href: '/audience', label: 'Audience' }}
        lead="From a CSV file. You see what would change before anything does. No workflow starts."
      />
      <Card className="narrow-card">
        <UploadForm action="/audience/import" className="stack">
          <div className={errorOf('file') ? 'field field-bad' : 'field'}>
            <label htmlFor="file">CSV file</label>
            <input
              id="file"
              name="file"
              type="file"
              accept=".csv,.tsv,.txt,text/csv"
              aria-describedby={errorOf('file') ? 'file-error file-hint' : 'file-hint'}
              aria-invalid={errorOf('file') ? true : undefined}
            />
            <p className="hint" id="file-hint">
              At most 20 MB and {formats.number(MOST_IMPORTED_LINES)} lines. The first line names the columns:{' '}
              <code>email</code>, and if you like <code>first_name</code>, <code>last_name</code> or <code>name</code>,{' '}
              <code>user_group</code>, contact properties by their names, and who wants no marketing:{' '}
              <code>status</code>, <code>subscribed</code>, <code>unsubscribed</code>, <code>opted_out</code>,{' '}
              <code>suppressed</code>. Others are ignored. What a file leaves blank stays as it is.
            </p>
            <FieldError id="file" error={errorOf('file')} />
          </div>
          <details className="paste" open={pasted ? true : undefined}>
            <summary>Or paste the lines</summary>
            <TextAreaField
              id="lines"
              name="lines"
              label="Lines"
              isLabelHidden
              rows={6}
              spellCheck={false}
              defaultValue={pasted ?? ''}
              placeholder={'email,first_name,last_name\njenny@example.com,Jenny,Rosen'}
            />
          </details>
          <ConsentChoice name="consent" value={consent} error={errorOf('consent')} />
          {lists.length > 0 && (
            <SelectField
              id="list"
              name="list"
              label={LIST_WORDS.label}
              hint={LIST_WORDS.hint}
              defaultValue={list ?? ''}
              options={[
                { value: '', label: LIST_WORDS.none },
                ...lists.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          )}
          <div className="actions">
            <button className={buttonClass('primary')}>Preview</button>
          </div>
        </UploadForm>
      </Card>
      {jobs.length > 0 && (
        <Section title="Earlier">
          <JobList jobs={jobs} />
        </Section>
      )}
    </Shell>
  );
}

/** Nothing is chosen before: it is the merchant's to say. */
export function ConsentChoice({
  name,
  value,
  error,
  isOfOne = false,
}: {
  name: string;
  value?: string;
  error?: ReactNode;
  isOfOne?: boolean;
}) {
  return (
    <fieldset
      className={error ? 'choices field-bad' : 'choices'}
      aria-describedby={error ? `${name}-error` : undefined}
    >
      <legend>May they be sent marketing?</legend>
      {CONSENTS.map((choice) => (
        <label key={choice} className="choice">
          <input type="radio" name={name} value={choice} defaultChecked={value === choice} required />
          <span>
            {CONSENT_CHOICES[choice][isOfOne ? 'labelOfOne' : 'label']}
            <span className="hint">{CONSENT_CHOICES[choice].hint}</span>
          </span>
        </label>
      ))}
      <FieldError id={name} error={error} />
    </fieldset>
  );
}
