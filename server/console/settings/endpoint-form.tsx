/** The form of a new webhook endpoint, or of one that is changed. */
import type { ReactNode } from 'react';
import {
  WEBHOOK_DESCRIPTION_LENGTH,
  WEBHOOK_TYPES,
  WEBHOOK_URL_LENGTH,
  type WebhookType,
} from '../../../shared/webhooks';
import {
  NO_EMAIL_SENT,
  WEBHOOK_GROUPS,
  WEBHOOK_TYPE_WORDS,
  WEBHOOKS_WORDS as WORDS,
} from '../../../shared/words/webhooks';
import type { EndpointInput } from '../../webhooks-out/endpoints';
import { Card } from '../components/blocks';
import { buttonClass, Check, FieldError, PostForm, SaveOnEnter, TextField } from '../components/form';

/** What was typed, and what is wrong with it by field. */
export interface EndpointDraft extends EndpointInput {
  errors: Readonly<Record<string, string>>;
}

export interface EndpointSurroundings {
  /** What runs beside this server may be told as well. */
  allowsLoopback: boolean;
  /** Why `email.sent` comes seldom or never. */
  noEmailSent: keyof typeof NO_EMAIL_SENT | undefined;
}

/** The name of the buttons that choose a whole group; their value is its prefix with `all` or `none`. */
export const GROUP_BUTTON = 'group';

/** What is chosen after a press of such a button. */
export function chooseGroup(types: readonly string[], pressed: string): string[] {
  const group = WEBHOOK_GROUPS.find(({ prefix }) => pressed.startsWith(prefix));
  if (!group) return [...types];
  const isAll = pressed === `${group.prefix}all`;
  return WEBHOOK_TYPES.filter((type) => (type.startsWith(group.prefix) ? isAll : types.includes(type)));
}

interface EndpointFormProps {
  action: string;
  given: EndpointDraft;
  surroundings: EndpointSurroundings;
  button: string;
}

export function EndpointForm({ action, given, surroundings, button }: EndpointFormProps) {
  const { errors } = given;
  return (
    <Card>
      <PostForm action={action} className="stack" id="endpoint-form">
        <SaveOnEnter />
        <TextField
          id="url"
          name="url"
          label="Address"
          hint={surroundings.allowsLoopback ? WORDS.addressHintHere : WORDS.addressHint}
          placeholder="https://example.com/webhooks"
          defaultValue={given.url}
          error={errors.url}
          maxLength={WEBHOOK_URL_LENGTH}
          autoComplete="off"
          required
        />
        <TextField
          id="description"
          name="description"
          label="Description"
          hint="For you: which program it is."
          defaultValue={given.description}
          error={errors.description}
          maxLength={WEBHOOK_DESCRIPTION_LENGTH}
          autoComplete="off"
        />
        <TypeChoices chosen={given.types} error={errors.types} noEmailSent={surroundings.noEmailSent} />
        <div>
          <button className={buttonClass('primary')}>{button}</button>
        </div>
      </PostForm>
    </Card>
  );
}

interface TypeChoicesProps extends Pick<EndpointSurroundings, 'noEmailSent'> {
  chosen: readonly string[];
  error: string | undefined;
}

function TypeChoices({ chosen, error, noEmailSent }: TypeChoicesProps) {
  return (
    <fieldset className={error ? 'webhook-types field-bad' : 'webhook-types'} aria-describedby={error && 'types-error'}>
      <legend>{WORDS.messages}</legend>
      <FieldError id="types" error={error} />
      {WEBHOOK_GROUPS.map(({ label, prefix }) => {
        const types = WEBHOOK_TYPES.filter((type) => type.startsWith(prefix));
        return (
          <div key={prefix} className="webhook-group" role="group" aria-label={label} data-group="">
            <p className="webhook-group-name">
              {label}
              {types.length > 1 && <GroupButtons prefix={prefix} label={label} />}
            </p>
            {types.map((type) => (
              <TypeChoice key={type} type={type} isChosen={chosen.includes(type)}>
                {type === 'email.sent' && noEmailSent && `. ${NO_EMAIL_SENT[noEmailSent]}`}
              </TypeChoice>
            ))}
          </div>
        );
      })}
    </fieldset>
  );
}

/** Without script they send the form, which comes back so chosen and is not saved. */
const GroupButtons = ({ prefix, label }: { prefix: string; label: string }) => (
  <span className="webhook-group-buttons">
    {(['all', 'none'] as const).map((choice) => (
      <button
        key={choice}
        className="text-button"
        name={GROUP_BUTTON}
        value={`${prefix}${choice}`}
        formNoValidate
        data-choose={choice}
        aria-label={`${choice === 'all' ? 'All' : 'None'} of ${label}`}
      >
        {choice === 'all' ? 'All' : 'None'}
      </button>
    ))}
  </span>
);

const TypeChoice = ({ type, isChosen, children }: { type: WebhookType; isChosen: boolean; children: ReactNode }) => (
  <Check name="types" value={type} isOn={isChosen}>
    <code>{type}</code>
    <span className="hint">
      {WEBHOOK_TYPE_WORDS[type]}
      {children}
    </span>
  </Check>
);
