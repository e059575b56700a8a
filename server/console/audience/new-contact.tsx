/** A contact that a person adds. */
import type { ReactNode } from 'react';
import { USER_GROUP_LENGTH } from '../../../shared/limits';
import { CONTACT_LABELS } from '../../../shared/words/fields';
import { Card, LinkButton, PageHead } from '../components/blocks';
import { buttonClass, PostForm, TextField } from '../components/form';
import { Shell } from '../layout';
import { ConsentChoice } from './import';

export const NEW_CONTACT_FIELDS = ['email', 'first_name', 'last_name', 'user_group', 'consent'] as const;
type Field = (typeof NEW_CONTACT_FIELDS)[number];

export interface NewContactPageProps {
  userGroups: readonly string[];
  typed?: Partial<Record<Field, string>>;
  error?: { field: string; words: ReactNode };
}

export function NewContactPage({ userGroups, typed = {}, error }: NewContactPageProps) {
  const field = (name: Exclude<Field, 'consent'>) => ({
    id: name,
    name,
    defaultValue: typed[name] ?? '',
    error: error?.field === name ? error.words : undefined,
    autoComplete: 'off',
  });
  return (
    <Shell title="Add contact" section="audience">
      <PageHead
        title="Add contact"
        back={{ href: '/audience', label: 'Audience' }}
        lead="Somebody Stripe doesn’t know yet. A customer with the same address becomes this contact’s."
      />
      <Card className="narrow-card">
        <PostForm action="/audience/new" className="stack">
          <TextField {...field('email')} label="Email" type="email" required />
          <div className="grid-2">
            <TextField {...field('first_name')} label="First name" />
            <TextField {...field('last_name')} label="Last name" />
          </div>
          <TextField
            {...field('user_group')}
            label={CONTACT_LABELS.user_group}
            list="groups"
            maxLength={USER_GROUP_LENGTH}
            placeholder="None"
          />
          <datalist id="groups">
            {userGroups.map((group) => (
              <option key={group} value={group} />
            ))}
          </datalist>
          <ConsentChoice
            name="consent"
            isOfOne
            value={typed.consent}
            error={error?.field === 'consent' ? error.words : undefined}
          />
          <div className="actions">
            <button className={buttonClass('primary')}>Add contact</button>
            <LinkButton href="/audience">Cancel</LinkButton>
          </div>
        </PostForm>
      </Card>
    </Shell>
  );
}
